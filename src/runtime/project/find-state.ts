import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { ClyraError, commandLine } from '../../errors/index.js'
import { layoutOf } from '../../stores/state/index.js'
import { isDirectory, STATE_DIRECTORY, type User, whyNotOurs } from '../../system/index.js'
import type { Surroundings } from './caller.js'
import type { SettingSource } from './settings.js'

export const CONFIG_FILE = 'clyra.yaml'

/** Where a project's ledger and configuration lie. */
export interface StatePlace {
  /** The directory that holds log, index, tiles, keys, vault, spool and artefacts. */
  readonly state: string
  /** The directory beside it: where `clyra.yaml` lies and paths in it start. */
  readonly project: string
  readonly config: string
  readonly source: SettingSource
}

/** Of the environment, what a search needs. */
type Searched = Pick<Surroundings, 'cwd' | 'variables' | 'user'>

/**
 * `--ledger`, else CLYRA_LEDGER, else the first `.clyra` on the way up from the folders that the command speaks of, one
 * after the other, and at last from the working directory; undefined where there is none.
 *
 * What is only found must be the user's own, the directory as well as the `clyra.yaml` beside it, else STATE_NOT_OURS: a
 * shared folder above the project may hold what another user put there. What is named is believed, whoever owns it.
 * Throws LEDGER_NOT_FOUND where a ledger was named and is not there, NOT_YET_SUPPORTED for URLs.
 */
export function findState(
  environment: Searched,
  flag: string | undefined,
  spokenOf: readonly string[] = [],
): StatePlace | undefined {
  if (flag !== undefined) return named(environment.cwd, flag, 'flag')
  const variable = environment.variables['CLYRA_LEDGER']
  if (variable !== undefined && variable !== '') return named(environment.cwd, variable, 'environment')
  for (const start of [...spokenOf, environment.cwd]) {
    const found = above(start)
    if (found === undefined) continue
    for (const path of [found.state, found.config]) assertOurs(path, found.state, environment.user)
    return found
  }
  return undefined
}

function above(start: string): StatePlace | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const state = join(folder, STATE_DIRECTORY)
    if (isDirectory(state)) return place(state, 'default')
    if (dirname(folder) === folder) return undefined
  }
}

function assertOurs(path: string, state: string, user: User): void {
  const why = whyNotOurs(path, user)
  if (why === undefined) return
  throw new ClyraError(
    'STATE_NOT_OURS',
    `${path} was found above the working directory, but ${why}: it is not read unless you name the ledger`,
    { details: { path }, fix: commandLine`CLYRA_LEDGER=${state} and the same command, if you trust it` },
  )
}

/** The same, but a missing ledger is LEDGER_NOT_FOUND. */
export function requireState(
  environment: Searched,
  flag: string | undefined,
  spokenOf: readonly string[] = [],
): StatePlace {
  const found = findState(environment, flag, spokenOf)
  if (found !== undefined) return found
  throw new ClyraError('LEDGER_NOT_FOUND', `no ledger was found in ${environment.cwd} or above it`, {
    details: { path: environment.cwd },
  })
}

function named(cwd: string, text: string, source: SettingSource): StatePlace {
  if (/^(postgres|postgresql|kafka|kurrentdb|esdb|https?):/.test(text)) {
    const scheme = text.slice(0, text.indexOf(':'))
    throw new ClyraError('NOT_YET_SUPPORTED', `a ledger at ${scheme}: cannot be opened in this release`, {
      details: { scheme },
    })
  }
  const path = text.startsWith('file:') ? text.slice('file:'.length) : text
  const folder = isAbsolute(path) ? path : resolve(cwd, path)
  const inside = join(folder, STATE_DIRECTORY)
  if (isDirectory(inside)) return place(inside, source)
  if (isDirectory(folder) && (basename(folder) === STATE_DIRECTORY || looksLikeState(folder))) {
    return place(folder, source)
  }
  throw new ClyraError('LEDGER_NOT_FOUND', `there is no ledger at ${folder}`, {
    details: { path: folder },
  })
}

function place(state: string, source: SettingSource): StatePlace {
  const project = dirname(state)
  return { state, project, config: join(project, CONFIG_FILE), source }
}

/** A backup or a state directory under another name: it has a log and its tiles. */
function looksLikeState(folder: string): boolean {
  const { log, tiles } = layoutOf(folder)
  return isDirectory(log) && isDirectory(tiles)
}
