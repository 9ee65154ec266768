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

/**
 * A dbt command line without the options of `SURROUNDINGS`: what a reader wants to know of it. dbt keeps the line
 * without its quotes, so a value is taken to end where the next option begins.
 */
export function readableCommand(line: string): string {
  return line
    .split(/\s+(?=--?[a-z])/)
    .filter((part) => !SURROUNDINGS.has(/^[^\s=]+/.exec(part)?.[0] ?? ''))
    .join(' ')
}
