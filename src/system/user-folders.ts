import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, parse } from 'node:path'
import type { Variables } from './find-program.js'

/**
 * A folder that a variable names, else undefined. Empty or relative means unset, as the XDG Base Directory
 * Specification has it: a relative one would be another folder in each working directory, anybody's among them.
 */
export function folderNamed(variables: Variables, name: string): string | undefined {
  const given = variables[name]
  return given !== undefined && isAbsolute(given) ? given : undefined
}

/**
 * The user's home, always absolute: `HOME`, else what the system knows of the user, else the root of the file system,
 * where nothing of anybody's lies.
 */
export function homeOf(variables: Variables): string {
  return [folderNamed(variables, 'HOME'), systemHome()].find((home) => home !== undefined && isAbsolute(home)) ?? ROOT
}

/** Where the user's settings, or what programs remember, lie: `XDG_CONFIG_HOME` or `XDG_STATE_HOME`, else below `home`. */
export function userFolder(kind: 'config' | 'state', variables: Variables, home: string): string {
  return kind === 'config'
    ? (folderNamed(variables, 'XDG_CONFIG_HOME') ?? join(home, '.config'))
    : (folderNamed(variables, 'XDG_STATE_HOME') ?? join(home, '.local', 'state'))
}

const ROOT = parse(process.execPath).root

/** Undefined for a user of whom the system knows nothing, as in some containers. */
function systemHome(): string | undefined {
  try {
    // On Windows `homedir` asks the profile; elsewhere it would believe HOME.
    return process.platform === 'win32' ? homedir() : userInfo().homedir
  } catch {
    return undefined
  }
}
