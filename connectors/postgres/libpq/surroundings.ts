import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'

/** A file of the user's as libpq looks at it. */
export interface SmallFile {
  readonly text: string
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
}

/** What of the machine decides how libpq connects, beside the parameters it is given. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Login name and id of the process's user. */
  readonly user: string
  readonly uid: number
  /** Undefined where there is no such regular file. Throws the system's error where it may not be read. */
  readonly read: (path: string) => SmallFile | undefined
}

/** No variables and no files: only what a target says itself counts. */
export const NO_SURROUNDINGS: Surroundings = { env: {}, home: '/', user: '', uid: -1, read: () => undefined }

const LARGEST_BYTES = 4 << 20

/** Those of this process, with the variables that dbt gets. */
export function surroundingsOf(env: Surroundings['env'], home: string): Surroundings {
  const { username, uid } = userInfo()
  return { env, home, user: username, uid, read }
}

function read(path: string): SmallFile | undefined {
  try {
    const stat = statSync(path)
    if (!stat.isFile() || stat.size > LARGEST_BYTES) return undefined
    return { text: readFileSync(path, 'utf8'), mode: stat.mode & 0o777, uid: stat.uid }
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}
