import { isClyraError } from '../errors/index.js'
import {
  type DrainResult,
  drainSpools,
  ledgerSpool,
  listSpools,
  readSpoolHeader,
  sweepDrained,
  userSpool,
} from '../spool/index.js'
import { isThere, type User } from '../system/index.js'
import type { OpenedLedger, WritingCaller } from './opened-ledger.js'
import { findState } from './project/index.js'

export interface DrainOptions {
  /** Also the user's spools of other directories: the user named the ledger that they are to go to. */
  readonly everySpool: boolean
}

/** Brings in every spool that belongs to this ledger, and seals that (see `drainSpools`). */
export async function drainWaiting(
  { environment, finishers }: WritingCaller,
  opened: OpenedLedger,
  { everySpool }: DrainOptions,
): Promise<DrainResult> {
  const { state } = opened.place
  const [own, users] = [ledgerSpool(state), userSpool(environment)]
  for (const root of [own, users]) sweepDrained(root)
  const ofOthers = listSpools(users).filter((one) => everySpool || belongsTo(one, state, environment.user))
  const drained = await drainSpools([...listSpools(own), ...ofOthers], {
    target: opened,
    finishers,
    command: 'clyra spool flush',
    randomBytes: (length) => environment.randomBytes(length),
  })
  if (drained.runs.some(({ appended }) => appended > 0)) await opened.appender.heads()
  return drained
}

/** Whether the ledger is the one that is found from where the spool's writer was started. */
function belongsTo(directory: string, state: string, user: User): boolean {
  try {
    const { directory: started, project } = readSpoolHeader(directory)
    if (!isThere(started)) return false
    return findState({ cwd: started, variables: {}, user }, undefined, [project])?.state === state
  } catch (error) {
    // A header that cannot be read belongs to nobody here; `spool flush --ledger` names it.
    if (isClyraError(error)) return false
    throw error
  }
}
