/**
 * Whose the lines are that no reader can read. dbt appends every run to one file, in text or in JSON, and other
 * programs write between its lines where a scheduler or container keeps them: a line counts as lost only where it
 * looks like a damaged event and stands between lines of this run, or after its last one while no end was seen.
 */
export class StrayLines {
  #previous: 'ours' | 'others' | null = null
  #pending = 0
  /** Damaged lines of this run. */
  lost = 0
  /** Lines of text, and damaged lines of other runs. */
  others = 0

  /** A line of this run, or of another one, was read. */
  readable(whose: 'ours' | 'others'): void {
    this.#settle(this.#previous === 'ours' && whose === 'ours')
    this.#previous = whose
  }

  unreadable(line: string, invocation: string | null): void {
    const banner = BANNER.exec(line)?.[1]
    if (banner !== undefined && banner !== invocation) this.readable('others')
    if (looksDamaged(line)) this.#pending += 1
    else this.others += 1
  }

  end(ended: boolean): void {
    this.#settle(this.#previous === 'ours' && !ended)
  }

  #settle(ours: boolean): void {
    if (ours) this.lost += this.#pending
    else this.others += this.#pending
    this.#pending = 0
  }
}

/** The line with which dbt begins a run in its text log. */
const BANNER = /^={10,} [0-9:.]+ \| ([0-9a-f-]{36}) ={10,}\s*$/

/** An event whose beginning or end is there; a whole JSON value that is no event is somebody else's. */
function looksDamaged(line: string): boolean {
  const text = line.trim()
  if (!text.startsWith('{') && !text.endsWith('}')) return false
  try {
    JSON.parse(text)
    return text.includes('"info"')
  } catch {
    return true
  }
}
