import { setImmediate as nextTurn } from 'node:timers/promises'
import { ClyraError, isClyraError } from '../errors/index.js'
import { parseRecord } from '../events/index.js'
import { type Awaitable, isPending, type LogRecord, type StoredRecord, type StreamHead } from '../ports/index.js'
import { type Appended, AppendGroup, type LedgerState, type PreparedAppend } from './admission.js'
import { AppendQueue, type AppendRequest, type WaitingAppend } from './append-queue.js'
import { indexedRecords } from './indexed-records.js'
import type { LedgerCore } from './ledger-core.js'
import { RecordClock } from './record-clock.js'

export interface CommitterOptions {
  readonly now: () => number
  readonly onWarning: (message: string) => void
  /** Told of every group of records that is durable, in order and before its callers are; `others`: another writer's. */
  readonly committed: (records: readonly LogRecord[], others: boolean) => void
  /** Throws where appends are to be refused for now. */
  readonly admitting: () => void
  /** Canonical bytes that may wait; more is QUEUE_FULL. Default 64 MiB. */
  readonly queueBytes?: number | undefined
}

const BATCH = 1024

/**
 * The one place where appends become records, and the owner of the head that they go to and of the time that they get.
 * Whatever waits while a flush is under way goes to the store together in the next one: under load the groups grow,
 * without it an append goes alone.
 */
export class Committer {
  readonly #core: LedgerCore
  readonly #options: CommitterOptions
  readonly #queue: AppendQueue
  readonly #clock: RecordClock
  /** Records known here: where the next append goes. */
  #head: number
  #running: Promise<void> | undefined
  #closed = false

  /** `newest`: the newest record of the log, as far as it is in the index. */
  constructor(core: LedgerCore, newest: StoredRecord, options: CommitterOptions) {
    this.#core = core
    this.#options = options
    this.#queue = new AppendQueue(core.ports.store.capabilities, options.queueBytes ?? 64 * 1024 * 1024)
    this.#clock = new RecordClock(options.now, parseRecord(newest.bytes).recordedat, options.onWarning)
    this.#head = newest.position + 1
  }

  get head(): number {
    return this.#head
  }

  /** Resolves when durable. An abort before hand-off removes the request (ABORTED); after it the promise still settles. */
  submit(request: AppendRequest, signal?: AbortSignal): Promise<Appended[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new ClyraError('LEDGER_CLOSED', 'the ledger was closed')
      this.#options.admitting()
      this.#queue.add({ request, resolve, reject }, signal)
      this.#running ??= this.#run()
    })
  }

  /** No more requests; resolves when those accepted are settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    // One turn, so that everything submitted together goes together.
    await nextTurn()
    while (!this.#queue.empty) {
      await this.#commit(this.#queue.take())
      await nextTurn()
    }
    this.#running = undefined
  }

  async #commit(group: readonly WaitingAppend[]): Promise<void> {
    try {
      while (!(await this.#tryCommit(group))) await this.#catchUp()
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }

  /** False where another writer was faster, or the index lags: nothing was written and nobody was told anything. */
  async #tryCommit(group: readonly WaitingAppend[]): Promise<boolean> {
    const { store, index } = this.#core.ports
    const head = this.#head
    const through = index.through()
    if ((isPending(through) ? await through : through) !== head) return false
    const { records, outcomes } = await this.#admit(group, head)
    if (records.length === 0) {
      // Refusals and repeats are judged by the newest state too, whoever wrote it.
      if ((await store.head()) !== head) return false
      for (const settle of outcomes) settle()
      return true
    }
    if (!(await this.#store(records, head))) return false
    this.#head = head + records.length
    this.#options.committed(records, false)
    const ready = this.#core.feed.apply(indexedRecords(records))
    for (const settle of outcomes) settle()
    await ready
    return true
  }

  /** The records of all that were admitted, and how to tell each caller once they are durable. */
  async #admit(
    group: readonly WaitingAppend[],
    head: number,
  ): Promise<{ readonly records: readonly LogRecord[]; readonly outcomes: readonly (() => void)[] }> {
    const { origin, identity } = this.#core.genesis
    const recordedat = this.#clock.stamp()
    const outcomes: (() => void)[] = []
    const wanted: { readonly parts: readonly PreparedAppend[]; readonly waiting: WaitingAppend }[] = []
    for (const waiting of group) {
      const { parts } = waiting.request
      try {
        wanted.push({ parts: typeof parts === 'function' ? await parts(head) : parts, waiting })
      } catch (error) {
        outcomes.push(() => waiting.reject(error))
      }
    }
    const asked = this.#stateOf(wanted.flatMap(({ parts }) => parts))
    const draft = new AppendGroup(isPending(asked) ? await asked : asked, { origin, identity, recordedat, head })
    for (const { parts, waiting } of wanted) {
      try {
        const appended = await draft.admit(parts, waiting.request.submitter)
        outcomes.push(() => waiting.resolve(appended))
      } catch (error) {
        outcomes.push(() => waiting.reject(error))
      }
    }
    return { records: draft.records, outcomes }
  }

  /** What the index knows of a group's ids and streams: asked all at once, so that one elsewhere is asked once. */
  #stateOf(parts: readonly PreparedAppend[]): Awaitable<LedgerState> {
    const { index } = this.#core.ports
    const ids: string[] = []
    const streams = new Set<string>()
    for (const { stream, events } of parts) {
      streams.add(stream)
      for (const id of events.ids) ids.push(id)
    }
    const positions = index.positionsOf(ids)
    const heads = [...streams].map((stream) => index.head(stream))
    const state = (found: readonly (number | undefined)[], ends: readonly (StreamHead | undefined)[]): LedgerState => ({
      positions: known(ids, found),
      heads: known([...streams], ends),
      bytesAt: async (at) => (await this.#core.at(at)).map(({ bytes }) => bytes),
    })
    if (!isPending(positions) && !heads.some(isPending)) {
      // Holds: none of them is a promise.
      return state(positions, heads as readonly (StreamHead | undefined)[])
    }
    return Promise.all([positions, Promise.all(heads)]).then(([found, ends]) => state(found, ends))
  }

  /** Durable when it gives true; false where something else stands in their place. */
  async #store(records: readonly LogRecord[], head: number): Promise<boolean> {
    const { store } = this.#core.ports
    try {
      await store.append(records, head)
      return true
    } catch (error) {
      if (isClyraError(error, 'HEAD_MOVED')) return false
      const unknown = isClyraError(error, 'STORE_FAILED') || isClyraError(error, 'DISK_FULL')
      if (!unknown || store.capabilities.afterFailure === 'reopen') throw error
      const landed = await this.#landed(records, head).catch(() => undefined)
      if (landed === undefined) throw error
      return landed
    }
  }

  /**
   * What became of an append that got no answer: true where its records are there, false where others stand in their
   * place, undefined where the log ends before them. It may still come there then, but only at that head, so what is
   * appended next finds out: it is refused with HEAD_MOVED, or the late one is.
   */
  async #landed(records: readonly LogRecord[], head: number): Promise<boolean | undefined> {
    const { store } = this.#core.ports
    if ((await store.head()) === head) return undefined
    // All or none, and a leaf is of one record alone: the last one says it of all.
    const last = records[records.length - 1]!
    const [there] = await store.read({ from: last.position, limit: 1 })
    return there !== undefined && Buffer.compare(there.leaf, last.leaf) === 0
  }

  /** Another writer moved the head: what is known here, and the index, are brought up to the store. */
  async #catchUp(): Promise<void> {
    const { store } = this.#core.ports
    const size = await store.head()
    if (size < this.#head)
      throw new ClyraError('LOG_CORRUPT', `the log has ${size} records, but had ${this.#head} before`, {
        details: { position: size },
      })
    await this.#core.feed.catchUp(size)
    while (this.#head < size) {
      const records = await store.read({ from: this.#head, limit: Math.min(BATCH, size - this.#head) })
      if (records.length === 0)
        throw new ClyraError('LOG_CORRUPT', `the log has no record at position ${this.#head}`, {
          details: { position: this.#head },
        })
      this.#options.committed(
        records.map(({ position, leaf, bytes }) => {
          const { id, stream, revision, recordedat } = parseRecord(bytes)
          this.#clock.seen(recordedat)
          return { position, id, stream, revision: Number(revision), leaf, bytes }
        }),
        true,
      )
      this.#head += records.length
    }
  }
}

function known<Value>(names: readonly string[], values: readonly (Value | undefined)[]): Map<string, Value> {
  const found = new Map<string, Value>()
  for (let i = 0; i < names.length; i++) {
    const value = values[i]
    if (value !== undefined) found.set(names[i]!, value)
  }
  return found
}
