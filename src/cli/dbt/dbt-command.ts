import { accessSync, constants, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandLine } from '../../errors/index.js'
import type { Setting } from '../../runtime/project/index.js'
import { findProgram, type Variables } from '../../system/index.js'

/** The program to start for `dbt`, with the words that stand before dbt's own. */
export interface DbtCommand {
  readonly program: string
  readonly words: readonly string[]
  /** Who chose it: the user (PATH, CLYRA_DBT, an active environment), or the project that the command stands in. */
  readonly chosenBy: 'user' | 'project'
  /** Said to the user where the program is not the one that a shell would take. */
  readonly note: string | null
}

/** Where to look: the folders of the project and of the command, and what of the environment says where programs lie. */
export interface DbtPlaces {
  readonly variables: Variables
  readonly folders: readonly string[]
}

const ENVIRONMENTS = ['.venv', 'venv', 'env'] as const

/** Tools that keep an environment of their own, by the file that shows that a project uses them. */
const RUNNERS = [
  { file: 'uv.lock', words: 'uv run dbt' },
  { file: 'poetry.lock', words: 'poetry run dbt' },
  { file: 'pdm.lock', words: 'pdm run dbt' },
  { file: 'Pipfile.lock', words: 'pipenv run dbt' },
] as const

/**
 * The configured command: the path of a program, or words (`uv run dbt`). Where nothing is configured `dbt`; if that is
 * not on the PATH, the one of the virtual environment that is active, or that lies beside the project or above it.
 */
export function dbtCommand(setting: Setting<string>, places: DbtPlaces): DbtCommand {
  if (setting.source !== 'default') {
    const [program = setting.value, ...words] = isProgram(setting.value) ? [setting.value] : wordsOf(setting.value)
    return { program, words, chosenBy: setting.source === 'file' ? 'project' : 'user', note: null }
  }
  const usual: DbtCommand = { program: 'dbt', words: [], chosenBy: 'user', note: null }
  if (findProgram('dbt', places.variables) !== undefined) return usual
  const program = environmentsOf(places)
    .map((environment) => join(environment, 'bin', 'dbt'))
    .find(isProgram)
  if (program === undefined) return usual
  const active = activeEnvironment(places)
  const chosenBy = active !== undefined && program === join(active, 'bin', 'dbt') ? 'user' : 'project'
  return { program, words: [], chosenBy, note: `dbt is not on the PATH; taking ${program}` }
}

/** False where the program is known not to be there. */
export function isThere({ program }: DbtCommand, { variables }: DbtPlaces): boolean {
  return isProgram(program) || findProgram(program, variables) !== undefined
}

/** Why there is no dbt to start, and what to do: one sentence and one line to paste. */
export function withoutDbt(
  command: DbtCommand,
  args: readonly string[],
  places: DbtPlaces,
): { readonly reason: string; readonly fix: string } {
  if (command.program !== 'dbt') {
    return {
      reason: `${command.program}, which connectors.dbt.command or CLYRA_DBT names, was not found`,
      fix: 'clyra config',
    }
  }
  for (const folder of upwards(places.folders)) {
    const runner = RUNNERS.find(({ file }) => isFile(join(folder, file)))
    if (runner === undefined) continue
    return {
      reason: `dbt is not on the PATH, nor in a virtual environment here; there is ${join(folder, runner.file)}`,
      fix: commandLine`CLYRA_DBT=${runner.words} clyra run dbt ${args}`,
    }
  }
  const empty = environmentsOf(places)[0]
  if (empty !== undefined) {
    return {
      reason: `dbt is not on the PATH, and the virtual environment ${empty} has none`,
      fix: commandLine`${join(empty, 'bin', 'python')} -m pip install dbt-core dbt-postgres`,
    }
  }
  return {
    reason: `dbt is not on the PATH, and there is no virtual environment in ${places.folders[0] ?? '.'} or above it`,
    fix: 'python3 -m venv .venv && .venv/bin/pip install dbt-core dbt-postgres',
  }
}

/** The words of a command, as a shell takes them apart at blanks and quotes; nothing else of a shell is understood. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_all, single?: string, double?: string) => single ?? double ?? ''),
  )
}

function activeEnvironment({ variables }: DbtPlaces): string | undefined {
  return variables['VIRTUAL_ENV'] || undefined
}

function environmentsOf(places: DbtPlaces): string[] {
  const { folders } = places
  const active = activeEnvironment(places)
  const beside = upwards(folders).flatMap((folder) => ENVIRONMENTS.map((name) => join(folder, name)))
  // A folder `env` need not be an environment of Python.
  return [...(active === undefined ? [] : [active]), ...beside].filter((folder) => isFile(join(folder, 'pyvenv.cfg')))
}

/** Each folder and those above it, the nearest first. */
function upwards(folders: readonly string[]): string[] {
  const found = new Set<string>()
  for (const folder of folders) {
    for (let at = folder; ; at = dirname(at)) {
      found.add(at)
      if (dirname(at) === at) break
    }
  }
  return [...found]
}

function isProgram(path: string): boolean {
  if (!path.includes('/') || !isFile(path)) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** False too where we may not look: a folder of the PATH that is closed to us must not stop the run. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
