import { ClyraError } from '../errors/index.js'
import {
  type AppendableEvent,
  assertAppendableStream,
  isPrepared,
  isReservedStream,
  isReservedType,
  type PreparedEvents,
  prepare,
} from '../events/index.js'
import type { PreparedAppend } from './admission.js'
import { lastPosition, publicResult } from './append-result.js'
import { BufferPool } from './buffer-pool.js'
import { EventLedgerReader, type LedgerReaderHandle, type ReaderParts, toNumber } from './event-ledger-reader.js'
import { parseExpected } from './expected-revision.js'
import type {
  AppendOptions,
  AppendResult,
  ExpectedRevision,
  Ledger,
  NextEvidenceKey,
  SealingOptions,
  StreamAppend,
} from './ledger.js'
import {
  assertRevocable,
  assertUnknown,
  currentEvidenceKey,
  nextEvidenceSigner,
  provePossession,
} from './ledger-keys.js'
import type { SignedCheckpoint } from './ledger-reader.js'
import { publicCheckpoint } from './signed-checkpoint.js'
import { checkedSubmitter } from './submitter.js'
import type { Adoption } from './witness.js'
import type { Writer } from './writer.js'

/** What the handle of a ledger that was opened for writing gives beside the `Ledger`. */
export interface LedgerHandle extends Ledger, Omit<LedgerReaderHandle, 'sealed'> {
  /** Unsealed records, and why the last attempt to seal failed if it did; zero where another process seals. */
  sealing(): { readonly backlog: number; readonly failure: ClyraError | undefined }
  /** What opening with `adopt` has recorded; undefined where there was nothing to go on about. */
  readonly adoption: Adoption | undefined
}

export interface WriterParts extends ReaderParts {
  readonly writer: Writer
  readonly now: () => number
}

/** The one implementation of `Ledger`, over any store. Built by `openLedger`. */
export class EventLedger extends EventLedgerReader implements LedgerHandle {
  readonly #writer: Writer
  readonly #now: () => number
  readonly #buffers = new BufferPool()

  constructor(parts: WriterParts) {
    super(parts)
    this.#writer = parts.writer
    this.#now = parts.now
  }

  get adoption(): Adoption | undefined {
    return this.#writer.adoption
  }

  async append(
    stream: string,
    expectedRevision: ExpectedRevision,
    events: readonly AppendableEvent[] | PreparedEvents,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    const [result] = await this.appendMany([{ stream, expectedRevision, events }], options)
    // appendMany gives one result for each append.
    return result!
  }

  async appendMany(appends: readonly StreamAppend[], options: AppendOptions = {}): Promise<AppendResult[]> {
    this.assertOpen()
    if (appends.length === 0) throw new ClyraError('EVENT_INVALID', 'there is nothing to append')
    if (options.submitter !== undefined) checkedSubmitter(options.submitter)
    // Prepared now, before the first await: what the caller does with its objects later changes nothing.
    const loaned: ArrayBuffer[] = []
    const parts = appends.map((append) => this.#prepareAppend(append, loaned))
    try {
      return (await this.#writer.append(parts, options)).map(publicResult)
    } finally {
      // Settled, nobody looks at what was prepared: records and frames are copies.
      for (const memory of loaned) this.#buffers.give(memory)
    }
  }

  override async sealed(position: bigint, options: SealingOptions = {}): Promise<SignedCheckpoint> {
    this.assertOpen()
    return publicCheckpoint(await this.#writer.sealTo(toNumber(position) + 1, options.signal))
  }

  async heads(
    options: SealingOptions = {},
  ): Promise<{ readonly position: bigint; readonly checkpoint: SignedCheckpoint }> {
    this.assertOpen()
    const position = await this.#writer.appendHeads()
    await this.#writer.sealTo(position + 1, options.signal)
    const kept = await this.core.kept(position + 1)
    if (kept === undefined)
      throw new ClyraError('SEAL_FAILED', `no checkpoint was kept for the heads record at ${position}`, {
        details: { position },
      })
    return { position: BigInt(position), checkpoint: publicCheckpoint(kept) }
  }

  sealing(): { readonly backlog: number; readonly failure: ClyraError | undefined } {
    const { sealer } = this.#writer
    return { backlog: sealer?.backlog ?? 0, failure: sealer?.failure }
  }

  async rotateEvidenceKey(next: NextEvidenceKey = {}): Promise<{ readonly id: string; readonly position: bigint }> {
    this.assertOpen()
    const known = await this.keys()
    const replaces = currentEvidenceKey(known)?.id ?? null
    if (next.key !== undefined) assertUnknown(this.core, known, next.key)
    const signer = await nextEvidenceSigner(this.core.ports.keys, next)
    await provePossession(signer, this.identity)
    const [appended] = await this.#writer.append([this.#writer.own.keyIntroduced(signer, replaces)])
    return { id: signer.keyId, position: lastPosition(appended) }
  }

  async revokeKey(
    id: string,
    options: { readonly reason: 'superseded' | 'compromised' | 'retired'; readonly compromisedSince?: bigint },
  ): Promise<bigint> {
    this.assertOpen()
    assertRevocable(this.core, await this.keys(), id)
    const since = options.compromisedSince === undefined ? undefined : toNumber(options.compromisedSince)
    const [appended] = await this.#writer.append([this.#writer.own.keyRevoked(id, options.reason, since)])
    return lastPosition(appended)
  }

  async recordRedaction(subject: string, reason: 'erasure-request' | 'retention' | 'mistake'): Promise<bigint> {
    this.assertOpen()
    const [appended] = await this.#writer.append([this.#writer.own.redacted(subject, reason)])
    return lastPosition(appended)
  }

  protected override finish(): Promise<void> {
    return this.#writer.close()
  }

  /** `loaned`: takes note of memory that is free again when the append is settled. */
  #prepareAppend({ stream, expectedRevision, events }: StreamAppend, loaned: ArrayBuffer[]): PreparedAppend {
    assertAppendableStream(stream)
    if (isReservedStream(stream)) {
      throw new ClyraError('RESERVED_STREAM', `${stream} is written by the ledger alone`, { details: { stream } })
    }
    const expected = parseExpected(expectedRevision)
    const prepared = isPrepared(events)
      ? events
      : prepare(events, { registry: this.core.registry, now: this.#now, buffer: this.#buffers.take() })
    if (prepared !== events) loaned.push(prepared.bytes.buffer)
    const reserved = prepared.types.find(isReservedType)
    if (reserved !== undefined)
      throw new ClyraError('RESERVED_STREAM', `${reserved} is written by the ledger alone`, {
        details: { type: reserved },
      })
    if (prepared.ids.length === 0)
      throw new ClyraError('EVENT_INVALID', `there is nothing to append to ${stream}`, { details: { stream } })
    return { stream, expected, events: prepared }
  }
}
