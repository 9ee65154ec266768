import type { Signer } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { assertPlausible, HEADS_STREAM, instantOf, parseRecord } from '../events/index.js'
import type { LogRecord } from '../ports/index.js'
import type { Appended, PreparedAppend } from './admission.js'
import { Committer } from './committer.js'
import { catchUp, indexedRecords, type LedgerCore } from './ledger-core.js'
import { OwnEvents } from './own-events.js'
import { Sealer } from './sealer.js'
import type { Sealed } from './signed-checkpoint.js'
import { type Adoption, type AdoptOptions, Witness } from './witness.js'

export interface WriterOptions {
  readonly signer: Signer
  readonly submitter: string
  readonly now: () => number
  readonly onWarning: (message: string) => void
  readonly onSealed: (sealed: Sealed) => void
  /** Records after which a heads record follows. Default 10,000. */
  readonly headsEveryRecords?: number
  /** Milliseconds after which one follows, if anything else came since the last. Default ten minutes. */
  readonly headsEveryMs?: number
  readonly sealDelayMs?: number
  readonly maxBacklog?: number
  readonly queueBytes?: number
  readonly adopt?: AdoptOptions | undefined
}

/** The writing side of a ledger: committer, sealer and the schedule of heads records. One for each ledger at a time. */
export class Writer {
  readonly core: LedgerCore
  readonly own: OwnEvents
  readonly sealer: Sealer
  readonly #options: WriterOptions
  readonly #committer: Committer
  #head: number
  #recordedat: string
  #clockWarned = false
  /** Records since the newest heads record that are none themselves. */
  #sinceHeads: number
  #headsUnderWay: Promise<unknown> | undefined
  #adoption: Adoption | undefined
  readonly #headsTimer: NodeJS.Timeout

  private constructor(core: LedgerCore, options: WriterOptions, sealer: Sealer, head: number, recordedat: string) {
    this.core = core
    this.own = new OwnEvents(options.now)
    this.sealer = sealer
    this.#options = options
    this.#head = head
    this.#recordedat = recordedat
    const headsPosition = core.ports.index.head(HEADS_STREAM)?.position ?? -1
    this.#sinceHeads = head - headsPosition - 1
    this.#headsTimer = setInterval(() => this.#headsIfDue(1), options.headsEveryMs ?? 600_000).unref()
    this.#committer = new Committer({
      store: core.ports.store,
      state: {
        positionsOf: (ids) => core.ports.index.positionsOf(ids),
        head: (stream) => core.ports.index.head(stream),
        bytesAt: async (positions) => (await core.at(positions)).map(({ bytes }) => bytes),
      },
      origin: core.genesis.origin,
      identity: core.genesis.identity,
      submitter: options.submitter,
      head: () => this.#head,
      current: () => core.ports.index.through() === this.#head,
      stamp: () => this.#stamp(),
      committed: (records) => this.#committed(records),
      catchUp: () => this.#catchUp(),
      admitting: () => sealer.assertAdmitting(),
      ...(options.queueBytes === undefined ? {} : { queueBytes: options.queueBytes }),
    })
  }

  /** Opens the writing side: index caught up, sealed tree restored, what was unsealed sealed. */
  static async open(core: LedgerCore, options: WriterOptions): Promise<Writer> {
    const { store, tiles, checkpoints } = core.ports
    const head = await core.refresh()
    const [last] = await store.read({ before: head, limit: 1, backwards: true })
    const witness = await Witness.of(core, options)
    const sealer = await Sealer.open({
      store,
      tiles,
      checkpoints,
      key: core.genesis.key,
      signer: options.signer,
      head,
      onWarning: options.onWarning,
      onSealed: options.onSealed,
      headsSizesFrom: (position) => headsSizesFrom(core, position).filter((size) => !witness.forkedAt(size)),
      witness: (tree) => witness.look(tree),
      ...(options.sealDelayMs === undefined ? {} : { delayMs: options.sealDelayMs }),
      ...(options.maxBacklog === undefined ? {} : { maxBacklog: options.maxBacklog }),
    })
    // `refresh` found the genesis record, so there is a last one.
    const writer = new Writer(core, options, sealer, head, parseRecord(last!.bytes).recordedat)
    if (options.adopt !== undefined) await writer.#adopt(options.adopt, witness)
    if (sealer.backlog > 0) {
      // A failure is told by `sealed`, and does not keep anyone from appending.
      await sealer.sealTo(writer.#head).catch(() => undefined)
    }
    return writer
  }

  /** What opening recorded because it was told to go on. */
  get adoption(): Adoption | undefined {
    return this.#adoption
  }

  /** Resolves when durable. */
  append(parts: readonly PreparedAppend[], signal?: AbortSignal): Promise<Appended[]> {
    return this.#committer.submit({ parts }, signal)
  }

  /** Appends a heads record; resolves with its position when durable. */
  async appendHeads(): Promise<number> {
    const { index } = this.core.ports
    const [appended] = await this.#committer.submit({ parts: (head) => [this.own.heads(head, index.headsRoot())] })
    // One part gives one result with one position.
    return appended!.positions[0]!
  }

  /** Seals until the newest checkpoint covers `size` records. Rejects with SEAL_FAILED, INVALID_POSITION. */
  async sealTo(size: number): Promise<Sealed> {
    // Records of other writers count too: an append of nothing takes them over.
    if (size > this.#head) await this.#committer.submit({ parts: [] })
    return this.sealer.sealTo(size)
  }

  /** A heads record if anything but heads came since the last; everything sealed. */
  async close(): Promise<void> {
    clearInterval(this.#headsTimer)
    try {
      await this.#headsUnderWay
      if (this.#sinceHeads > 0)
        await this.appendHeads().catch((error) =>
          this.#options.onWarning(`no heads record at close: ${messageOf(error)}`),
        )
      await this.#committer.close()
    } finally {
      await this.sealer.close()
    }
  }

  /** In one frame, and before anything is signed: the next checkpoint is larger than each that is given up. */
  async #adopt({ copy }: AdoptOptions, { contradictions, lost }: Witness): Promise<void> {
    const had = this.#head
    if (contradictions.length === 0 && !copy) return
    await this.append([contradictions.length === 0 ? this.own.copyAdopted(had) : this.own.givenUp(contradictions)])
    this.#adoption = { had, lost, givenUp: contradictions }
  }

  #committed(records: readonly LogRecord[]): Promise<void> {
    const last = records[records.length - 1]!
    this.#head = last.position + 1
    for (const { stream } of records) this.#sinceHeads = stream === HEADS_STREAM ? 0 : this.#sinceHeads + 1
    this.sealer.committed(records)
    // Records can be read before their append has resolved: a reader of this handle may have applied some of them.
    const { index } = this.core.ports
    const through = index.through()
    const missing = through > records[0]!.position ? records.filter(({ position }) => position >= through) : records
    const ready = index.apply(indexedRecords(missing))
    this.#headsIfDue(this.#options.headsEveryRecords ?? 10_000)
    return ready
  }

  #headsIfDue(records: number): void {
    if (this.#sinceHeads < records || this.#headsUnderWay !== undefined) return
    this.#headsUnderWay = this.appendHeads()
      .catch((error) => this.#options.onWarning(`no heads record could be appended: ${messageOf(error)}`))
      .finally(() => {
        this.#headsUnderWay = undefined
      })
  }

  async #catchUp(): Promise<void> {
    const { store, index } = this.core.ports
    const before = this.#head
    const head = await store.head()
    if (head < before)
      throw new ClyraError('LOG_CORRUPT', `the log has ${head} records, but had ${before} before`, {
        details: { position: head },
      })
    await catchUp({ store, index }, head)
    for (let at = before; at < head; ) {
      const records = await store.read({ from: at, limit: Math.min(1024, head - at) })
      this.sealer.committed(
        records.map(({ position, leaf, bytes }) => {
          const { id, stream, revision, recordedat } = parseRecord(bytes)
          if (recordedat > this.#recordedat) this.#recordedat = recordedat
          this.#sinceHeads = stream === HEADS_STREAM ? 0 : this.#sinceHeads + 1
          return { position, id, stream, revision: Number(revision), leaf, bytes }
        }),
      )
      at += records.length
    }
    this.#head = head
  }

  /** Fixed width and UTC, so text order is time order. A clock that goes back repeats the last value and warns. Throws CLOCK_INVALID. */
  #stamp(): string {
    const now = instantOf(this.#options.now)
    assertPlausible(now, this.#recordedat)
    if (now >= this.#recordedat) {
      this.#recordedat = now
      this.#clockWarned = false
    } else if (!this.#clockWarned) {
      this.#clockWarned = true
      this.#options.onWarning(`the clock went back to ${now}; records keep ${this.#recordedat} until it has caught up`)
    }
    return this.#recordedat
  }
}

function headsSizesFrom(core: LedgerCore, position: number): number[] {
  const { index } = core.ports
  const head = index.head(HEADS_STREAM)
  const sizes: number[] = []
  // Newest first, in steps: only those at or after the sealed size are wanted, and they are few.
  for (let end = head?.revision ?? -1; end >= 0; end -= 64) {
    const from = Math.max(0, end - 63)
    const positions = index.positionsIn(HEADS_STREAM, from, end - from + 1).filter((one) => one >= position)
    sizes.unshift(...positions.map((one) => one + 1))
    if (positions.length < end - from + 1) break
  }
  return sizes
}

function messageOf(error: unknown): string {
  return error instanceof ClyraError ? `${error.message} (${error.code})` : String(error)
}
