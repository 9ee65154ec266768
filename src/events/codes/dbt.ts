/** What a gap is a gap of: one of the two voices that are read from files, or the run as a whole. */
export interface Gap {
  readonly of: 'claim' | 'log' | 'run'
  /** For a reader who knows neither dbt nor Clyra. */
  readonly words: string
}

/** Why the record of what dbt left is not complete. */
export const DBT_GAPS = {
  'artifact-manifest-missing': {
    of: 'claim',
    words: 'dbt left no manifest.json: what the project consisted of is not known.',
  },
  'artifact-manifest-stale': {
    of: 'claim',
    words: 'The manifest.json that lay there was of an earlier run, and was not taken.',
  },
  'artifact-run-results-missing': {
    of: 'claim',
    words: 'dbt left no run_results.json: its own claim about the steps is missing.',
  },
  'artifact-run-results-stale': {
    of: 'claim',
    words: 'The run_results.json that lay there was of an earlier run, and was not taken.',
  },
  'artifact-sources-missing': {
    of: 'claim',
    words: 'dbt left no sources.json: how fresh the sources are is not known.',
  },
  'artifact-sources-stale': {
    of: 'claim',
    words: 'The sources.json that lay there was of an earlier run, and was not taken.',
  },
  'artifact-unreadable': { of: 'claim', words: 'A file that dbt left could not be read.' },
  'log-broken': { of: 'log', words: 'Lines are missing from the middle of dbt’s log.' },
  'log-missing': { of: 'log', words: 'There was no dbt log: statements were not seen.' },
  'log-no-end': { of: 'log', words: 'dbt’s log breaks off before dbt said that it was done.' },
  'log-no-start': { of: 'log', words: 'The log does not begin where dbt began.' },
  'log-truncated': { of: 'log', words: 'A part of dbt’s log is missing.' },
  'log-unreadable-lines': { of: 'log', words: 'Lines of dbt’s log could not be read.' },
  'nodes-without-result': { of: 'claim', words: 'Steps were started or planned, and nothing tells how they ended.' },
} as const satisfies Readonly<Record<string, Gap>>

/** Where two voices do not agree, in the order in which findings stand in a stream. */
export const FINDINGS = {
  'node-error-but-data-changed': 'dbt says that this step failed, yet its data changed.',
  'commit-outside-transaction': 'dbt says COMMIT where no transaction was open, so it committed nothing.',
  'relation-dropped': 'A relation that was there before the run is gone after it, and dbt does not say so.',
  'relation-absent': 'dbt says that it built this relation, but it is not in the warehouse.',
  'relation-kind-differs': 'The warehouse holds another kind of relation than dbt says it built.',
  'commit-older-than-run': 'The newest commit on this relation is older than the run that says it built it.',
  'node-status-differs': 'The voices do not agree on how this step ended.',
  'node-rows-differ': 'The voices do not agree on how many rows this step touched.',
  'node-claimed-not-logged': 'dbt’s results name this step, but dbt’s own log never saw it run.',
  'node-logged-not-claimed': 'dbt’s log saw this step run, but dbt’s results leave it out.',
  'test-status-differs': 'The voices do not agree on how this test ended.',
  'test-claimed-not-logged': 'dbt’s results name this test, but dbt’s own log never saw it run.',
  'test-logged-not-claimed': 'dbt’s log saw this test run, but dbt’s results leave it out.',
  'statement-outcome-unknown': 'A statement was sent, and nothing tells how it ended.',
  'anchor-contradicted': 'After the run the warehouse was not the one it was before, or its log went back.',
} as const

/** Why a later reading takes the place of an earlier one. */
export const REREAD_REASONS = {
  'log-added': 'dbt’s log came later',
  'log-better': 'a better reading of dbt’s log came later',
  'claim-added': 'dbt’s results came later',
  'claim-better': 'a better reading of dbt’s results came later',
  'warehouse-added': 'the warehouse’s words came later',
} as const

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
