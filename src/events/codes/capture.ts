import type { Gap } from './dbt.js'

/** What a capture could not see of the process that it watched. */
export const CAPTURE_GAPS = {
  'process-not-started': { of: 'run', words: 'dbt could not be started.' },
  'process-signalled': { of: 'run', words: 'dbt was ended from outside by a signal.' },
  'wrapper-killed': { of: 'run', words: 'Clyra was killed while it watched, and could not see the end.' },
} as const satisfies Readonly<Record<string, Gap>>

/** Why something was left out of the record. */
export const LEFT_OUT_REASONS = {
  'another-run': 'it is of another run',
  duplicate: 'it is there already',
  'no-run-named': 'it does not say of which run it is',
  'not-kept': 'it may hold text, and is not kept',
  'too-large': 'it is too large',
  unreadable: 'it cannot be read',
  unrecognised: 'it is nothing that is known here',
} as const

/** Why version control said nothing. */
export const NO_VERSION_CONTROL = {
  'no-version-control': 'there is none here.',
  'not-installed': 'git is not installed.',
  refused: 'git refused to read the repository.',
  'no-commit': 'nothing is committed yet.',
  'timed-out': 'git did not answer in time.',
  failed: 'git failed.',
} as const
