import { memoryFolder } from '../../stores/state/index.js'
import type { Caller } from './caller.js'
import { readConfigFile } from './config-file.js'
import { findState, requireState, type StatePlace } from './find-state.js'
import { resolveSettings, type Settings } from './settings.js'

/** Where signed sizes are remembered; undefined where the user has no folder, or nothing is to be remembered. */
export function rememberIn({ environment, remembers = true }: Pick<Caller, 'environment' | 'remembers'>) {
  return remembers ? memoryFolder(environment.variables['XDG_STATE_HOME'], environment.home) : undefined
}

/** The ledger's place; LEDGER_NOT_FOUND where there is none. */
export function ledgerPlace(caller: Pick<Caller, 'environment' | 'named'>, spokenOf: readonly string[] = []) {
  return requireState(caller.environment, caller.named, spokenOf)
}

/** The ledger's place, or undefined where there is none above the folders that the caller speaks of and its own. */
export function optionalLedgerPlace(caller: Pick<Caller, 'environment' | 'named'>, spokenOf: readonly string[] = []) {
  return findState(caller.environment, caller.named, spokenOf)
}

/** The settings for a ledger's project, or those without a file where there is no ledger. */
export function settingsFor(
  { environment }: Pick<Caller, 'environment'>,
  place: StatePlace | undefined,
  flags: { readonly trust?: string | undefined } = {},
): Settings {
  const file = place === undefined ? undefined : readConfigFile(place.config)
  return resolveSettings(flags, environment, file, place?.config)
}
