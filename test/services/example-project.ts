import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the example's dbt project in the repository. */
export const exampleProject = fileURLToPath(new URL('../../examples/dbt-postgres', import.meta.url))

const PARTS = ['dbt_project.yml', 'profiles.yml', 'seeds', 'models', 'snapshots', 'tests', 'macros']

/** Copies the dbt project (not its recordings) into a folder, which is made: dbt leaves files where it runs. */
export function copyExampleProject(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const part of PARTS) cpSync(join(exampleProject, part), join(directory, part), { recursive: true })
}
