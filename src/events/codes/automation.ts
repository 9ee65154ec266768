import type { Gap } from './dbt.js'

/** What a recorder of agents and of traffic could not see. */
export const AUTOMATION_GAPS = {
  'client-ended-early': { of: 'run', words: 'The client ended before its last word.' },
  'spool-dropped': { of: 'run', words: 'Records that waited to be appended were lost.' },
  'stream-cut': { of: 'run', words: 'A streamed answer was cut off.' },
  'window-not-closed': { of: 'run', words: 'The window of traffic was never closed.' },
} as const satisfies Readonly<Record<string, Gap>>
