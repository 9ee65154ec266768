/** The folder that holds a ledger, unless it was given another name. */
export const STATE_DIRECTORY = '.clyra'

/** Names by which a state directory, a copy of one or a run's spool is known, whatever it is called. */
export const STATE_MARKS = {
  /** In the log: how far it is durable, and what its writer holds. */
  durable: 'durable',
  lock: 'lock',
  /** In a copy that is not adopted yet. */
  copy: 'copy.json',
  /** In a spool. */
  spool: 'spool.json',
} as const
