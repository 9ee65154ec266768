import { join } from 'node:path'
import { userFolder } from '../system/index.js'

interface User {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** The spool of a ledger: inside its state directory. */
export function ledgerSpool(state: string): string {
  return join(state, 'spool')
}

/** The user's own spool, for runs where there is no ledger or it cannot be written: `$XDG_STATE_HOME/clyra/spool`. */
export function userSpool({ variables, home }: User): string {
  return join(userFolder('state', variables, home), 'clyra', 'spool')
}

/** Every place where spools of this user may lie: also the usual one, where XDG_STATE_HOME names another today. */
export function userSpools({ variables, home }: User): string[] {
  return [...new Set([userSpool({ variables, home }), userSpool({ variables: {}, home })])]
}
