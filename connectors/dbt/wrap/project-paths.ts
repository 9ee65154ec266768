import { isAbsolute, join, resolve } from 'node:path'
import { readYaml } from '../../yaml/index.js'
import { type Environment, givenFlag } from './dbt-flags.js'
import { resolveTemplate } from './template.js'

/** What of the surroundings the paths depend on. */
export interface Surroundings {
  readonly args: readonly string[]
  readonly env: Environment
  /** Absolute. */
  readonly cwd: string
}

/**
 * The directories in which dbt would look for its project, in order: `--project-dir`, `DBT_PROJECT_DIR`, else the
 * working directory and its parents. The first that holds `dbt_project.yml` is the project.
 */
export function projectDirectories({ args, env, cwd }: Surroundings): string[] {
  const given = givenFlag(args, env, ['--project-dir'])
  if (given !== undefined) return [resolve(cwd, given.value)]
  const found = [resolve(cwd)]
  for (;;) {
    const parent = resolve(found.at(-1)!, '..')
    if (parent === found.at(-1)) return found
    found.push(parent)
  }
}

/**
 * Where dbt writes its artefacts: `--target-path`, `DBT_TARGET_PATH`, `target-path` of dbt_project.yml, else `target`;
 * relative to the project.
 */
export function targetDirectory(around: Surroundings, projectDirectory: string, projectYaml?: string): string {
  const given = givenFlag(around.args, around.env, ['--target-path'])?.value
  const path = given ?? fromProject(projectYaml, 'target-path', around.env) ?? 'target'
  return isAbsolute(path) ? path : join(projectDirectory, path)
}

/**
 * Where dbt would write `dbt.log` by itself: `--log-path`, `DBT_LOG_PATH`, `log-path` of dbt_project.yml (before 1.5),
 * else `logs` in the project. A relative path that the user gave is relative to the working directory in dbt 1.x, to
 * the project in the Rust engine: both, most likely first.
 */
export function logDirectories(around: Surroundings, projectDirectory: string, projectYaml?: string): string[] {
  const given = givenFlag(around.args, around.env, ['--log-path'])?.value
  if (given === undefined) {
    const path = fromProject(projectYaml, 'log-path', around.env) ?? 'logs'
    return [isAbsolute(path) ? path : join(projectDirectory, path)]
  }
  if (isAbsolute(given)) return [given]
  return [...new Set([resolve(around.cwd, given), resolve(projectDirectory, given)])]
}

/** A member of dbt_project.yml that is literal text or `env_var()`; undefined where it is neither or not there. */
export function fromProject(projectYaml: string | undefined, name: string, env: Environment): string | undefined {
  if (projectYaml === undefined) return undefined
  const read = readYaml(projectYaml, '1.1')
  // Any YAML value; only a mapping with a text member is looked at.
  if (!read.ok || typeof read.value !== 'object' || read.value === null) return undefined
  const value: unknown = Object.entries(read.value).find(([key]) => key === name)?.[1]
  if (typeof value !== 'string' || value === '') return undefined
  const text = resolveTemplate(value, env)
  return text.ok && text.value !== '' ? text.value : undefined
}
