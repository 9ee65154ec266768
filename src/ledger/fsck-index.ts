import type { StoredEvent } from '../events/index.js'
import type { LocalIndex } from '../ports/index.js'
import type { Findings } from './fsck-result.js'

/** How many ids, and how many revisions of a stream, are asked for at once. */
const AT_ONCE = 256
/** Streams of which revisions are known that were not compared yet. */
const KEPT_STREAMS = 64

/** Where the index has a stream's revisions from `from` on; `asked` of them were asked for. */
interface Ahead {
  readonly from: number
  readonly asked: number
  readonly positions: readonly number[]
}

/**
 * Compares records with the index: every id leads to its own position, and so does every revision of a stream. One
 * lookup costs as much as all else that is done with a record, so ids are gathered and revisions asked for ahead.
 * Findings are told in the order of the log all the same.
 */
export class IndexCheck {
  readonly #findings: Findings
  readonly #index: LocalIndex
  readonly #through: number
  #ids: { readonly id: string; readonly position: number }[] = []
  readonly #ahead = new Map<string, Ahead>()

  /** `through`: positions below it are in the index. */
  constructor(findings: Findings, index: LocalIndex, through: number) {
    this.#findings = findings
    this.#index = index
    this.#through = through
    findings.beforeEach = () => this.end()
  }

  record({ id, stream, revision }: StoredEvent, position: number): void {
    if (position >= this.#through) return
    this.#ids.push({ id, position })
    if (this.#ids.length >= AT_ONCE) this.end()
    const there = this.#positionOf(stream, Number(revision))
    if (there !== position) {
      this.#findings.add(
        'INDEX_CORRUPT',
        stream,
        `the index has revision ${revision} of ${stream} at position ${there}, the log at ${position}`,
        position,
      )
    }
    this.#findings.counts.indexed++
  }

  /** Compares what was gathered. */
  end(): void {
    const gathered = this.#ids
    if (gathered.length === 0) return
    this.#ids = []
    const positions = this.#index.positionsOf(gathered.map(({ id }) => id))
    for (const [i, { id, position }] of gathered.entries()) {
      const found = positions[i]
      if (found === position) continue
      const why = found === undefined ? 'is not in the index' : `is at position ${found} in the index`
      this.#findings.add('INDEX_CORRUPT', id, `the event id ${id} at position ${position} ${why}`, position)
    }
  }

  #positionOf(stream: string, revision: number): number | undefined {
    const known = this.#ahead.get(stream)
    const there = known?.positions[revision - known.from]
    if (there !== undefined) return there
    // Twice as many each time: of a stream that is met now and then only the next one is asked for.
    const asked = known === undefined ? 1 : Math.min(AT_ONCE, 2 * known.asked)
    const positions = this.#index.positionsIn(stream, revision, asked)
    this.#ahead.delete(stream)
    this.#ahead.set(stream, { from: revision, asked, positions })
    const oldest = this.#ahead.size > KEPT_STREAMS ? this.#ahead.keys().next().value : undefined
    if (oldest !== undefined) this.#ahead.delete(oldest)
    return positions[0]
  }
}
