/** The systems that are asked themselves. */
export const WAREHOUSE_SYSTEMS = ['postgres'] as const

/** Why it is not known where a warehouse stood. */
export const NO_ANCHOR = {
  PRE_FAIL: 'The warehouse could not be asked before the run.',
  POST_FAIL: 'The warehouse could not be asked after the run.',
  POST_TIMEOUT: 'The warehouse did not answer in time after the run.',
  LSN_MISSING: 'The warehouse did not give its log position.',
  REPLICA_LAG: 'The server is a replica, whose position proves nothing about the primary.',
  POLICY_SKIP: 'No connection was allowed or configured, so the warehouse was not asked.',
  NOT_SUPPORTED: 'Clyra cannot ask this kind of warehouse yet.',
  DRIVER_MISSING: 'The package that talks to this warehouse is not installed.',
  UNREACHABLE: 'Nothing answered at the warehouse’s address.',
  REFUSED: 'The warehouse refused the connection.',
  TIMED_OUT: 'The warehouse did not answer in time.',
} as const

/** Why a reading of a relation, or its newest commit, is not there. */
export const NO_RELATION = {
  'commit-timestamps-off': 'the server keeps no commit times',
  'no-rows': 'it has no rows, so no commit time',
  'not-a-table': 'not a table, so no commit time',
  'permission-denied': 'not allowed to read it',
  'too-large': 'too large to look for the newest commit',
  'query-failed': 'the question to the warehouse failed',
  absent: 'it is not there',
} as const
