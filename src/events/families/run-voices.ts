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

/** Beginnings of types that have one voice, whatever their data say. */
export const VOICE_OF_TYPES: Readonly<Record<string, 'log' | 'warehouse'>> = {
  'dev.clyra.anchor.': 'warehouse',
  'dev.clyra.snapshot.': 'warehouse',
  'dev.clyra.dbt.statement.': 'log',
}
/** Types that begin so say themselves who speaks. */
export const VOICED_TYPES = 'dev.clyra.dbt.'

/** Who speaks in a record of a run: `claim`, `log`, `warehouse`; undefined where it is of no voice. */
export function voiceOfRecord({ type, data }: { readonly type: string; readonly data: unknown }): string | undefined {
  for (const prefix in VOICE_OF_TYPES) if (type.startsWith(prefix)) return VOICE_OF_TYPES[prefix]
  if (!type.startsWith(VOICED_TYPES)) return undefined
  // Holds: data of an admitted record is an object, and every type of dbt's has a voice.
  return (data as { readonly voice?: string }).voice
}

/** Types of which a later reading voids what stands before it. */
export const VOIDED_BY_REREAD: readonly string[] = [
  'dev.clyra.run.gap.v1',
  'dev.clyra.run.closed.v1',
  'dev.clyra.finding.raised.v1',
  'dev.clyra.finding.raised.v2',
]
