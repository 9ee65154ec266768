import { setTimeout as sleep } from 'node:timers/promises'
import type { Signer } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { HEADS_STREAM } from '../events/index.js'
import type { LogRecord, StoredRecord } from '../ports/index.js'
import type { Appended, PreparedAppend } from './admission.js'
import { Committer } from './committer.js'
import type { LedgerCore } from './ledger-core.js'
import { unlessAborted } from './on-abort.js'
import { OwnEvents } from './own-events.js'
import { publishedPrefix } from './published-prefix.js'
import { notSealed, type PublishedTree } from './published-tree.js'
import { Sealer } from './sealer.js'
import type { Sealed } from './signed-checkpoint.js'
import { type Adoption, type AdoptOptions, Witness } from './witness.js'

export interface WriterOptions {
  /** Who appends where an append does not say. */
  readonly submitter: string
  readonly now: () => number
  readonly onWarning: (message: string) => void
  /** The ledger's key, and who is told of each checkpoint; absent where another process seals. */
  readonly sealing: { readonly signer: Signer; readonly onSealed: (sealed: Sealed) => void } | undefined
  readonly tree: PublishedTree
  /** Records after which a heads record follows. Default 10,000. */
  readonly headsEveryRecords?: number
  /** Milliseconds after which one follows, if anything else came since the last. Default ten minutes. */
  readonly headsEveryMs?: number
  readonly sealDelayMs?: number
  readonly maxBacklog?: number
  readonly queueBytes?: number
  readonly adopt?: AdoptOptions | undefined
}

export interface AppendingOptions {
  readonly submitter?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The writing side of a ledger: committer, and, where it seals, sealer and the schedule of heads records. One for each
 * ledger at a time that seals; others may append beside it where the store takes many writers.
 */
export class Writer {
  readonly core: LedgerCore
  readonly own: OwnEvents
  readonly #options: WriterOptions
  readonly #committer: Committer
  /** Absent where another process seals. */
  readonly sealer: Sealer | undefined
  readonly #closing = new AbortController()
  /** Records since the newest heads record that are none themselves. */
  #sinceHeads: number
  #headsUnderWay: Promise<unknown> | undefined
  #adoption: Adoption | undefined
  readonly #headsTimer: NodeJS.Timeout | undefined

  private constructor(core: LedgerCore, options: WriterOptions, { sealer, newest, sinceHeads }: Opened) {
    this.core = core
    this.own = new OwnEvents(options.now)
    this.#options = options
    this.sealer = sealer
    this.#sinceHeads = sinceHeads
    this.#committer = new Committer(core, newest, {
      now: options.now,
      onWarning: options.onWarning,
      queueBytes: options.queueBytes,
      admitting: () => sealer?.assertAdmitting(),
      committed: (records, others) => this.#committed(records, others),
    })
    if (sealer === undefined) return
    this.#headsTimer = setInterval(() => this.#headsIfDue(1), options.headsEveryMs ?? 600_000).unref()
    if (core.ports.store.capabilities.writers === 'many') void this.#followOthers()
  }

  /** Opens the writing side: index caught up, sealed tree restored, what was unsealed sealed. */
  static async open(core: LedgerCore, options: WriterOptions): Promise<Writer> {
    const { store, index } = core.ports
    const head = await core.refresh()
    const [newest] = await store.read({ before: head, limit: 1, backwards: true })
    const witness = await Witness.of(core, options)
    const sealer = await openSealer(core, options, head, witness)
    if (sealer === undefined) await witness.look(await publishedPrefix(core))
    const sinceHeads = head - ((await index.head(HEADS_STREAM))?.position ?? -1) - 1
    // `refresh` found the genesis record, so there is a newest one.
    const writer = new Writer(core, options, { sealer, newest: newest!, sinceHeads })
    if (options.adopt !== undefined) await writer.#adopt(options.adopt, witness)
    if (sealer !== undefined && sealer.backlog > 0) {
      // A failure is told by `sealed`, and does not keep anyone from appending.
      await sealer.sealTo(writer.#committer.head).catch(() => undefined)
    }
    return writer
  }

  /** What opening recorded because it was told to go on. */
  get adoption(): Adoption | undefined {
    return this.#adoption
  }

  /** Resolves when durable. */
  append(parts: readonly PreparedAppend[], { submitter, signal }: AppendingOptions = {}): Promise<Appended[]> {
    return this.#committer.submit({ parts, submitter: submitter ?? this.#options.submitter }, signal)
  }

  /** Appends a heads record; resolves with its position when durable. */
  async appendHeads(): Promise<number> {
    const parts = async (head: number) => [this.own.heads(head, await this.core.ports.index.headsRoot())]
    const [appended] = await this.#committer.submit({ parts, submitter: this.#options.submitter })
    // One part gives one result with one position.
    return appended!.positions[0]!
  }

  /**
   * Resolves when a checkpoint covers `size` records: made here, or published by another process. Rejects with
   * SEAL_FAILED, INVALID_POSITION, and with NOT_SEALED where the signal aborts, or the ledger is closed, before.
   */
  async sealTo(size: number, signal?: AbortSignal): Promise<Sealed> {
    // Records of other writers count too: an append of nothing takes them over.
    if (size > this.#committer.head) await this.#takeOver()
    if (size > this.#committer.head)
      throw new ClyraError('INVALID_POSITION', `the log has not ${size} records yet`, { details: { size } })
    const sealed = this.sealer?.sealTo(size) ?? this.#options.tree.covering(size, this.#closing.signal)
    return unlessAborted(sealed, signal, () => notSealed(size))
  }

  /** A heads record if anything but heads came since the last; everything sealed. Where another seals that is his. */
  async close(): Promise<void> {
    clearInterval(this.#headsTimer)
    this.#closing.abort()
    try {
      await this.#headsUnderWay
      if (this.sealer !== undefined && this.#sinceHeads > 0)
        await this.appendHeads().catch((error) =>
          this.#options.onWarning(`no heads record at close: ${messageOf(error)}`),
        )
      await this.#committer.close()
    } finally {
      await this.sealer?.close()
    }
  }

  /** In one frame, and before anything is signed: the next checkpoint is larger than each that is given up. */
  async #adopt({ copy }: AdoptOptions, { contradictions, lost }: Witness): Promise<void> {
    const had = this.#committer.head
    if (contradictions.length === 0 && !copy) return
    await this.append([contradictions.length === 0 ? this.own.copyAdopted(had) : this.own.givenUp(contradictions)])
    this.#adoption = { had, lost, givenUp: contradictions }
  }

  #committed(records: readonly LogRecord[], others: boolean): void {
    for (const { stream } of records) this.#sinceHeads = stream === HEADS_STREAM ? 0 : this.#sinceHeads + 1
    this.sealer?.committed(records)
    if (!others && this.sealer !== undefined) this.#headsIfDue(this.#options.headsEveryRecords ?? 10_000)
  }

  #headsIfDue(records: number): void {
    if (this.#sinceHeads < records || this.#headsUnderWay !== undefined) return
    this.#headsUnderWay = this.appendHeads()
      .catch((error) => this.#options.onWarning(`no heads record could be appended: ${messageOf(error)}`))
      .finally(() => {
        this.#headsUnderWay = undefined
      })
  }

  /** What other writers appended becomes known here: an append of nothing is judged by the newest state. */
  #takeOver(): Promise<unknown> {
    return this.#committer.submit({ parts: [], submitter: this.#options.submitter })
  }

  /** Whoever seals sees to it that what others append is sealed too, without being asked. Ends at closing. */
  async #followOthers(): Promise<void> {
    const { store } = this.core.ports
    const { signal } = this.#closing
    const delay = Math.max(50, this.#options.sealDelayMs ?? 250)
    while (!signal.aborted) {
      try {
        await store.moved(this.#committer.head, signal)
        // Not at once: most of the time it was this writer's own append, which is about to be known.
        await sleep(delay, undefined, { signal, ref: false })
        if ((await store.head()) <= this.#committer.head) continue
        await this.#takeOver()
        this.#headsIfDue(this.#options.headsEveryRecords ?? 10_000)
      } catch (error) {
        if (signal.aborted) return
        this.#options.onWarning(`what other writers append is not noticed: ${messageOf(error)}`)
        await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }
}

const RETRY_MS = 1000

interface Opened {
  readonly sealer: Sealer | undefined
  readonly newest: StoredRecord
  readonly sinceHeads: number
}

/** Undefined where another process seals. */
async function openSealer(
  core: LedgerCore,
  options: WriterOptions,
  head: number,
  witness: Witness,
): Promise<Sealer | undefined> {
  if (options.sealing === undefined) return undefined
  const { store, tiles, checkpoints } = core.ports
  return Sealer.open({
    store,
    tiles,
    checkpoints,
    key: core.genesis.key,
    ...options.sealing,
    head,
    onWarning: options.onWarning,
    headsSizesFrom: async (position) =>
      (await headsSizesFrom(core, position)).filter((size) => !witness.forkedAt(size)),
    witness: (tree) => witness.look(tree),
    ...(options.sealDelayMs === undefined ? {} : { delayMs: options.sealDelayMs }),
    ...(options.maxBacklog === undefined ? {} : { maxBacklog: options.maxBacklog }),
  })
}

async function headsSizesFrom(core: LedgerCore, position: number): Promise<number[]> {
  const { index } = core.ports
  const head = await index.head(HEADS_STREAM)
  const sizes: number[] = []
  // Newest first, in steps: only those at or after the sealed size are wanted, and they are few.
  for (let end = head?.revision ?? -1; end >= 0; end -= 64) {
    const from = Math.max(0, end - 63)
    const all = await index.positionsIn(HEADS_STREAM, from, end - from + 1)
    const positions = all.filter((one) => one >= position)
    sizes.unshift(...positions.map((one) => one + 1))
    if (positions.length < end - from + 1) break
  }
  return sizes
}

function messageOf(error: unknown): string {
  return error instanceof ClyraError ? `${error.message} (${error.code})` : String(error)
}
