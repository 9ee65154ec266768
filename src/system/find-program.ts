import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Variables of an environment, by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Where a system looks that is told no PATH at all. */
const WITHOUT_PATH = ['/usr/bin', '/bin'].join(delimiter)

/**
 * Where the program of that name lies: in the first folder of the PATH that has it. An empty or relative element of the
 * PATH means the working directory, which may be anybody's: it is passed over. Undefined where no folder has it; a
 * file that may not be executed is given only where there is no better one, so that starting it says so.
 */
export function findProgram(name: string, variables: Variables): string | undefined {
  const files = foldersOfPath(variables)
    .flatMap((folder) => namesOf(name).map((file) => join(folder, file)))
    .filter(isFile)
  return files.find(isExecutable) ?? files[0]
}

/** The PATH without the elements that mean the working directory. */
export function foldersOfPath(variables: Variables): string[] {
  return (variables['PATH'] ?? variables['Path'] ?? WITHOUT_PATH).split(delimiter).filter(isAbsolute)
}

function namesOf(name: string): string[] {
  return process.platform === 'win32' ? [`${name}.exe`, name] : [name]
}

/** False too where we may not look. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
