import { join } from 'node:path'
import { userFolder } from '../../system/index.js'
import type { StatePlace } from '../config/find-state.js'
import type { Environment } from '../environment.js'

/** The spool of a ledger: inside its state directory. */
export function ledgerSpool(place: StatePlace): string {
  return join(place.state, 'spool')
}

/** The user's own spool, for runs where there is no ledger or it cannot be written: `$XDG_STATE_HOME/clyra/spool`. */
export function userSpool(environment: Pick<Environment, 'variables' | 'home'>): string {
  return join(userFolder('state', environment.variables, environment.home), 'clyra', 'spool')
}

/** Every place where spools of this user may lie: also the usual one, where XDG_STATE_HOME names another today. */
export function userSpools(environment: Pick<Environment, 'variables' | 'home'>): string[] {
  return [...new Set([userSpool(environment), userSpool({ variables: {}, home: environment.home })])]
}
