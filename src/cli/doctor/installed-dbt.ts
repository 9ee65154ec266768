import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The version of dbt-core that is installed in the virtual environment of a program `<environment>/bin/dbt`, as the
 * name of its folder of metadata says (`dbt_core-1.11.0.dist-info`), so that nothing need be started. Undefined where
 * there is none.
 */
export function installedDbt(program: string): string | undefined {
  const library = join(dirname(dirname(program)), 'lib')
  return namesIn(library)
    .flatMap((python) => namesIn(join(library, python, 'site-packages')))
    .map((name) => /^dbt_core-([0-9][0-9a-z.]*)\.dist-info$/.exec(name)?.[1])
    .find((version) => version !== undefined)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    // Not there, or not ours to read.
    return []
  }
}
