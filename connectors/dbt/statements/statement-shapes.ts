import { type DraftEvent, fingerprint, fingerprintKeyId, Sealable } from '../../../src/events/index.js'
import { draftOf, isDraft, wellFormed } from '../drafts/index.js'
import { literalFree } from './literal-free.js'
import { dialectOf } from './sql-dialect.js'

/** Statements of one record: it stays below the 16 KiB that a record should not exceed. */
const PER_RECORD = 128
/** A longer text has no shape: what it is made of would be kept several times over. */
const MAX_LENGTH = 4 << 20
/** What is hashed begins with this: another way of writing a shape is another version. */
const PREFIX = 'clyra.sql-shape/1\n'

/**
 * Collects the shapes of a run's statements: an HMAC of each literal-free text under the ledger's key. It is what
 * outlives an erasure, so that statements of one template can still be told across runs.
 */
export class StatementShapes {
  readonly #run: string
  readonly #key: Uint8Array | undefined
  #adapter: string | null = null
  #next = 0
  #first: DraftEvent<'dev.clyra.dbt.statement.executed.v1'> | undefined
  #shapes: [string, string][] = []

  /** Without a key there are no shapes. */
  constructor(run: string, key: Uint8Array | undefined) {
    this.#run = run
    this.#key = key
  }

  /** Takes the drafts of a log in their order, and gives them with the records of shapes that are full. */
  with(drafts: readonly DraftEvent[]): readonly DraftEvent[] {
    if (this.#key === undefined) return drafts
    const all: DraftEvent[] = []
    for (const draft of drafts) {
      all.push(draft)
      if (isDraft(draft, 'dev.clyra.dbt.invocation.started.v1')) this.#adapter ??= draft.data.adapter
      else if (isDraft(draft, 'dev.clyra.dbt.statement.executed.v1')) this.#take(draft, this.#key)
      if (this.#shapes.length === PER_RECORD) for (const shapes of this.rest()) all.push(shapes)
    }
    return all
  }

  /** The record of those that do not fill one. */
  rest(): DraftEvent[] {
    const [first, key] = [this.#first, this.#key]
    if (first === undefined || key === undefined) return []
    const { source, time, data } = first
    const record = draftOf(
      this.#run,
      source,
      `${data.invocation}/shapes/${this.#next++}`,
      'dev.clyra.dbt.statement.shapes.v1',
      time,
      { voice: 'log', invocation: data.invocation, key: fingerprintKeyId(key), shapes: this.#shapes },
    )
    this.#first = undefined
    this.#shapes = []
    return [record]
  }

  #take(draft: DraftEvent<'dev.clyra.dbt.statement.executed.v1'>, key: Uint8Array): void {
    const { text, ordinal } = draft.data
    if (!(text instanceof Sealable) || typeof text.value !== 'string' || text.value.length > MAX_LENGTH) return
    this.#first ??= draft
    const shape = literalFree(text.value, dialectOf(this.#adapter))
    this.#shapes.push([ordinal, fingerprint(key, wellFormed(`${PREFIX}${shape}`))])
  }
}
