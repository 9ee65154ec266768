import type { GAP_REASONS } from './run.js'

/** What a gap is a gap of: one of the two voices that are read from files, or the run as a whole. */
export type GapOf = 'claim' | 'log' | 'run'

/** For each reason of a gap, what is not whole. `spec/def/constants.json` has the same table for verifiers. */
export const GAP_VOICES: Readonly<Record<(typeof GAP_REASONS)[number], GapOf>> = {
  'artifact-manifest-missing': 'claim',
  'artifact-manifest-stale': 'claim',
  'artifact-run-results-missing': 'claim',
  'artifact-run-results-stale': 'claim',
  'artifact-sources-missing': 'claim',
  'artifact-sources-stale': 'claim',
  'artifact-unreadable': 'claim',
  'log-broken': 'log',
  'log-missing': 'log',
  'log-no-end': 'log',
  'log-no-start': 'log',
  'log-truncated': 'log',
  'log-unreadable-lines': 'log',
  'nodes-without-result': 'claim',
  'process-not-started': 'run',
  'process-signalled': 'run',
  'wrapper-killed': 'run',
}

/** dbt commands that change nothing in a warehouse: after them nobody need have asked it. */
export const COMMANDS_WITHOUT_WAREHOUSE: readonly string[] = [
  'clean',
  'debug',
  'deps',
  'environment',
  'init',
  'list',
  'ls',
  'parse',
]

/** Exit codes by which a shell or a launcher tells that a signal (HUP, INT, KILL, TERM) ended what it had started. */
export const INTERRUPTED_EXIT_CODES: readonly number[] = [129, 130, 137, 143]
