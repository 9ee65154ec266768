import { join } from 'node:path'
import { projectDirectories, type Surroundings, targetDirectory } from '../../../connectors/dbt/index.js'
import { isClyraError } from '../../errors/index.js'
import { isFile, isMissingFile, readTextSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'
import type { Context } from '../context.js'

/** The project that dbt takes with these arguments, and where it leaves its artefacts. */
export interface DbtProject {
  readonly around: Surroundings
  readonly folder: string
  /** The text of dbt_project.yml; undefined where there is none that may be read. */
  readonly yaml: string | undefined
  readonly target: string
}

export function dbtProject(context: Context, args: readonly string[]): DbtProject {
  const { variables: env, cwd } = context.environment
  const around: Surroundings = { args, env, cwd }
  const folder = projectOf(context, args)
  const yaml = readDbtSettings(join(folder, 'dbt_project.yml'))
  return { around, folder, yaml, target: targetDirectory(around, folder, yaml) }
}

/** The folder of the project that dbt takes with these arguments; the working directory where there is none. */
export function projectOf(context: Context, args: readonly string[]): string {
  const { variables: env, cwd } = context.environment
  return projectDirectories({ args, env, cwd }).find((folder) => isFile(join(folder, 'dbt_project.yml'))) ?? cwd
}

const SETTINGS_OF_DBT = { limit: SMALL_FILE_BYTES, tooLarge: 'CONFIG_INVALID', what: 'a settings file of dbt' } as const

/** Undefined where there is no such file, or a FIFO that only dbt may read: then the run is recorded without its word. */
export function readDbtSettings(path: string): string | undefined {
  try {
    return readTextSyncBounded(path, SETTINGS_OF_DBT)
  } catch (error) {
    if (isMissingFile(error) || isClyraError(error, 'NOT_A_REGULAR_FILE')) return undefined
    throw error
  }
}
