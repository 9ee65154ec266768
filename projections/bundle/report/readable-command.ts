/** Options that say where dbt reads and writes, and how it logs: no part of what a run was to do. */
const SURROUNDINGS: ReadonlySet<string> = new Set([
  '--log-file-max-bytes',
  '--log-format',
  '--log-format-file',
  '--log-level',
  '--log-level-file',
  '--log-path',
  '--otel-file-name',
  '--printer-width',
  '--profiles-dir',
  '--project-dir',
  '--target-path',
])

/** A dbt command line without the options of `SURROUNDINGS` and their one word: what a reader wants to know of it. */
export function readableCommand(line: string): string {
  return line.replace(/\s+(--[a-z-]+)(?:=\S*|\s+\S+)/g, (whole, option: string) =>
    SURROUNDINGS.has(option) ? '' : whole,
  )
}
