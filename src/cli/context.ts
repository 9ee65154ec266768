import { memoryFolder } from '../stores/state/index.js'
import type { Workbench } from '../system/index.js'
import { readConfigFile } from './config/config-file.js'
import { findState, requireState, type StatePlace } from './config/find-state.js'
import { resolveSettings, type Settings } from './config/settings.js'
import type { Environment } from './environment.js'
import type { Logger } from './logger.js'
import type { Output } from './output.js'

/** What every command is given. */
export interface Context {
  readonly environment: Environment
  readonly output: Output
  readonly logger: Logger
  readonly workbench: Workbench
  /** What `--ledger` says, if it was given. */
  readonly ledgerFlag: string | undefined
  /** False: what is signed is not remembered in the user's folder. For ledgers that are made to be thrown away. */
  readonly remembers?: boolean
}

/** Where signed sizes are remembered; undefined where the user has no folder, or nothing is to be remembered. */
export function rememberIn({ environment, remembers = true }: Context): string | undefined {
  return remembers ? memoryFolder(environment.variables['XDG_STATE_HOME'], environment.home) : undefined
}

/** The ledger's place; LEDGER_NOT_FOUND where there is none. */
export function ledgerPlace(context: Context, spokenOf: readonly string[] = []): StatePlace {
  return requireState(context.environment, context.ledgerFlag, spokenOf)
}

/** The ledger's place, or undefined where there is none above the folders that the command speaks of and its own. */
export function optionalLedgerPlace(context: Context, spokenOf: readonly string[] = []): StatePlace | undefined {
  return findState(context.environment, context.ledgerFlag, spokenOf)
}

/** The settings for a ledger's project, or those without a file where there is no ledger. */
export function settingsFor(
  context: Context,
  place: StatePlace | undefined,
  flags: { readonly trust?: string | undefined } = {},
): Settings {
  const file = place === undefined ? {} : readConfigFile(place.config)
  return resolveSettings(flags, context.environment, file, place?.config ?? '')
}
