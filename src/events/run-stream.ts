const CATEGORY = 'run-'

/** The stream of a run: everything about it lies there. */
export function runStream(run: string): string {
  return CATEGORY + run
}

/** The run that a stream is about; undefined for other streams. */
export function runOf(stream: string): string | undefined {
  return stream.startsWith(CATEGORY) ? stream.slice(CATEGORY.length) : undefined
}
