import { userInfo } from 'node:os'
import { isMissingFile, readWithStats } from '../../../src/system/index.js'

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
  /** Undefined where there is no such file. Throws where it may not be read, is no regular file or is too large. */
  readonly read: (path: string) => SmallFile | undefined
}

/** No variables and no files: only what a target says itself counts. */
export const NO_SURROUNDINGS: Surroundings = { env: {}, home: '/', user: '', uid: -1, read: () => undefined }

/** Lists of revoked certificates are the largest of these files. */
const LIMITS = { limit: 64 << 20, tooLarge: 'CONFIG_INVALID', what: "a file of the connection's settings" } as const

/** Those of this process, with the variables that dbt gets. */
export function surroundingsOf(env: Surroundings['env'], home: string): Surroundings {
  return { env, home, ...login(), read }
}

/** A user whom the system has no name for (a container that was given a number) has to be named where one is needed. */
function login(): Pick<Surroundings, 'user' | 'uid'> {
  try {
    const { username, uid } = userInfo()
    return { user: username, uid }
  } catch {
    return { user: '', uid: process.getuid?.() ?? -1 }
  }
}

function read(path: string): SmallFile | undefined {
  // How one says that there shall be none.
  if (path === '/dev/null') return undefined
  try {
    const { bytes, stats } = readWithStats(path, LIMITS)
    return {
      text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      mode: stats.mode & 0o777,
      uid: stats.uid,
    }
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}
