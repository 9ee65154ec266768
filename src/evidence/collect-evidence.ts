import { ClyraError } from '../errors/index.js'
import { assertStreamName, type EventData, HEADS_STREAM, isType, type LedgerRecord } from '../events/index.js'
import type { HeadsPath, Ledger, LedgerReader, RecordView, SignedCheckpoint } from '../ledger/index.js'
import { BUNDLE_LIMITS, tooLarge } from './container/index.js'
import type { Profile } from './profile.js'

/** What collecting needs of a ledger. A reader has no `heads`: there the newest heads record has to cover the run. */
export type EvidenceSource = Pick<
  LedgerReader,
  'origin' | 'identity' | 'streamHead' | 'readStream' | 'readAll' | 'checkpointAt' | 'proveHead' | 'proveMany'
> &
  Partial<Pick<Ledger, 'heads'>>

/** Everything of a ledger that a bundle of one run holds: records and proofs, still without projections. */
export interface CollectedEvidence {
  readonly run: string
  readonly origin: string
  /** The genesis leaf. */
  readonly genesis: Uint8Array
  /** H: the heads record under which the streams are claimed. The last of `records`. */
  readonly heads: LedgerRecord<'dev.clyra.ledger.heads.v1', EventData['dev.clyra.ledger.heads.v1']>
  /** Of exactly H's position + 1. */
  readonly checkpoint: SignedCheckpoint
  /** Genesis, the complete claimed streams, H; ascending positions. What projections fold. */
  readonly records: readonly LedgerRecord[]
  /** Sorted; each complete in `records` or proved absent. */
  readonly claims: readonly string[]
  /** One for each claimed stream and one for `ledger-heads`, sorted by stream. */
  readonly paths: readonly HeadsPath[]
  /** Subtree hashes of the multiproof over the positions of `records`. */
  readonly hashes: readonly Uint8Array[]
}

/** What of a profile says which streams are taken. */
export type Claiming = Pick<Profile, 'stream' | 'claims'>

export interface CollectOptions {
  /** Take the heads record at this position instead of the newest: to build an older bundle again, or under one just appended. */
  readonly headsPosition?: number
}

/**
 * Collects the evidence of a run: the newest heads record with its kept checkpoint, if no record of a claimed stream
 * lies after it (then nothing is written); else a new one, sealed.
 *
 * Rejects with RUN_NOT_FOUND, with NOT_SEALED where `headsPosition` has no kept checkpoint, with BUNDLE_TOO_LARGE past
 * 256 MiB of records, with READ_ONLY where a reader would need a new heads record, and as `Ledger.heads` does.
 */
export async function collectEvidence(
  profile: Claiming & Pick<Profile, 'smaller'>,
  ledger: EvidenceSource,
  run: string,
  options: CollectOptions = {},
): Promise<CollectedEvidence> {
  const stream = profile.stream(run)
  assertStreamName(stream)
  if ((await ledger.streamHead(stream)) === undefined) throw runNotFound(run)
  const { headsPosition } = options
  const kept = headsPosition === undefined ? undefined : await keptCheckpoint(ledger, headsPosition)
  const taken = new TakenRecords(ledger, profile.smaller)
  const own = await taken.stream(stream, headsPosition)
  const checkpoint = kept ?? (await chooseHeads(ledger, profile.claims(run, own)))
  const position = Number(checkpoint.size) - 1
  // What came between reading and choosing belongs to the run, and may name one more stream.
  for (const record of await taken.stream(stream, position, own.length)) own.push(record)
  if (own.length === 0) throw runNotFound(run)
  const claims = profile.claims(run, own)
  for (const other of claims) if (other !== stream) await taken.stream(other, position)
  await taken.record(0)
  const heads = await taken.record(position)
  if (heads === undefined || !isType(heads, 'dev.clyra.ledger.heads.v1')) {
    throw new ClyraError('NOT_SEALED', `position ${position} holds no heads record`, { details: { position } })
  }
  const records = taken.inOrder()
  const paths = await Promise.all(
    [...claims, HEADS_STREAM].sort().map((name) => ledger.proveHead(name, BigInt(position))),
  )
  checkComplete(records, paths)
  const positions = records.map((record) => BigInt(record.position))
  const hashes = await ledger.proveMany(positions, checkpoint.size)
  return { run, origin: ledger.origin, genesis: ledger.identity, heads, checkpoint, records, claims, paths, hashes }
}

async function keptCheckpoint(ledger: EvidenceSource, position: number): Promise<SignedCheckpoint> {
  const kept = await ledger.checkpointAt(BigInt(position) + 1n)
  if (kept !== undefined) return kept
  throw new ClyraError('NOT_SEALED', `no checkpoint is kept for a heads record at position ${position}`, {
    details: { position },
  })
}

async function chooseHeads(ledger: EvidenceSource, claims: readonly string[]): Promise<SignedCheckpoint> {
  const usable = await newestUsableHeads(ledger, claims)
  if (usable !== undefined) return usable
  if (ledger.heads !== undefined) return (await ledger.heads()).checkpoint
  throw new ClyraError('READ_ONLY', 'the newest records have no heads record yet, and a reader appends none')
}

/** The kept checkpoint of the newest sealed heads record, if it comes after the last record of every claimed stream. */
async function newestUsableHeads(
  ledger: EvidenceSource,
  claims: readonly string[],
): Promise<SignedCheckpoint | undefined> {
  const ends = await Promise.all(claims.map((stream) => ledger.streamHead(stream)))
  const last = ends.reduce((max, head) => (head !== undefined && head.position > max ? head.position : max), 0n)
  for await (const record of ledger.readStream(HEADS_STREAM, { backwards: true })) {
    if (record.position < last) return undefined
    const kept = await ledger.checkpointAt(record.position + 1n)
    if (kept !== undefined) return kept
  }
  return undefined
}

/** Records of a ledger, taken one stream after the other; together no more than a bundle may hold. */
class TakenRecords {
  readonly #ledger: EvidenceSource
  readonly #smaller: string
  readonly #records: LedgerRecord[] = []
  #bytes = 0

  /** `smaller`: what to do where they are more. */
  constructor(ledger: EvidenceSource, smaller: string) {
    this.#ledger = ledger
    this.#smaller = smaller
  }

  /** Takes what a stream holds below a position, from a revision on. */
  async stream(name: string, below = Number.POSITIVE_INFINITY, from = 0): Promise<LedgerRecord[]> {
    const records: LedgerRecord[] = []
    for await (const view of this.#ledger.readStream(name, { from: BigInt(from) })) {
      if (view.position >= below) break
      records.push(this.#take(view))
    }
    return records
  }

  /** Takes the record at a position, if there is one. */
  async record(position: number): Promise<LedgerRecord | undefined> {
    for await (const view of this.#ledger.readAll({ from: BigInt(position), limit: 1 })) return this.#take(view)
    return undefined
  }

  inOrder(): readonly LedgerRecord[] {
    return this.#records.sort((a, b) => a.position - b.position)
  }

  #take({ position, leaf, bytes, event }: RecordView): LedgerRecord {
    this.#bytes += bytes.length + 1
    if (this.#bytes > BUNDLE_LIMITS.recordsBytes) throw tooLarge(`${this.#bytes} bytes of records`, this.#smaller)
    const record = { position: Number(position), leaf, bytes, event }
    this.#records.push(record)
    return record
  }
}

/** Each claimed stream must be there up to the head that its path proves; else the log changed under our reading. */
function checkComplete(records: readonly LedgerRecord[], paths: readonly HeadsPath[]): void {
  for (const { stream, head } of paths) {
    if (stream === HEADS_STREAM) continue
    const found = records.filter((record) => record.event.stream === stream).length
    const proved = head === null ? 0 : Number(head.revision) + 1
    if (found !== proved) {
      throw new ClyraError('INDEX_CORRUPT', `${stream} has ${found} records where its heads path proves ${proved}`, {
        details: { stream, found, proved },
      })
    }
  }
}

function runNotFound(run: string): ClyraError {
  return new ClyraError('RUN_NOT_FOUND', `the ledger has no run ${run}`, { details: { run } })
}
