import { ClyraError } from '../errors/index.js'
import { RecordReader } from '../events/index.js'
import { type IndexedRecord, isPending, type LedgerIndex, type LogStore } from '../ports/index.js'
import { indexed } from './indexed-records.js'

const BATCH = 1024

/**
 * The one way of records into an index: each once and in order, whoever of a handle brings them. Records can be read
 * before their append has resolved, so a reader may have brought some of them already.
 */
export class IndexFeed {
  readonly #store: LogStore
  readonly #index: LedgerIndex
  /** The last step of an index that answers by promises: between its answer and what is applied nobody else may come. */
  #applying: Promise<unknown> | undefined

  constructor({ store, index }: { readonly store: LogStore; readonly index: LedgerIndex }) {
    this.#store = store
    this.#index = index
  }

  /** Applies those of these records that are missing. See `LedgerIndex.apply` for when it is visible and when it resolves. */
  apply(records: readonly IndexedRecord[]): Promise<void> {
    const through = this.#applying?.then(() => this.#index.through()) ?? this.#index.through()
    if (!isPending(through)) return this.#index.apply(missing(records, through))
    const step = through.then((known) => this.#index.apply(missing(records, known)))
    this.#applying = step.catch(() => undefined)
    return step
  }

  /** Applies what the log has beyond the index, up to `head` records. Rejects with LOG_CORRUPT. */
  async catchUp(head: number): Promise<void> {
    const reader = new RecordReader()
    for (let through = await this.#index.through(); through < head; through = await this.#index.through()) {
      const records = await this.#store.read({ from: through, limit: Math.min(BATCH, head - through) })
      if (records.length === 0)
        throw new ClyraError('LOG_CORRUPT', `the log has no record at position ${through}`, {
          details: { position: through },
        })
      await this.apply(records.map(({ position, leaf, bytes }) => indexed(position, leaf, reader.read(bytes))))
    }
  }
}

function missing(records: readonly IndexedRecord[], through: number): readonly IndexedRecord[] {
  const [first] = records
  return first === undefined || first.position >= through
    ? records
    : records.filter(({ position }) => position >= through)
}
