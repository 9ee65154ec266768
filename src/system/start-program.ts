import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { delimiter, resolve } from 'node:path'
import { findProgram, foldersOfPath, type Variables } from './find-program.js'

export interface StartOptions {
  /** An absolute path. Undefined: where this process stands, even if that directory is gone. */
  readonly cwd: string | undefined
  /** What the names of `pass` stand for, and whose PATH is searched. */
  readonly variables: Variables
  /** Which variables the program gets. `everything` is for a program that the user runs through us. */
  readonly pass: readonly string[] | 'everything'
  /** Set on top. */
  readonly set?: Readonly<Record<string, string>>
  readonly stdio: StdioOptions
  /** It outlives us, in a process group of its own. */
  readonly detached?: boolean
}

/** The program does not run: `errno` says why (`ENOENT`, `EACCES`, `E2BIG`, ...). */
export class StartFailure extends Error {
  readonly errno: string

  constructor(program: string, errno: string, cause?: unknown) {
    super(`${program} could not be started: ${errno}`, cause === undefined ? undefined : { cause })
    this.name = 'StartFailure'
    this.errno = errno
  }
}

/**
 * Starts a program, without a shell, and resolves once it runs. The only place where a process is started.
 *
 * A bare name is looked for on the PATH as `findProgram` does, never in the working directory; a path starts from
 * `cwd`. The environment is closed: only what `pass` names reaches the program, and of the PATH then only the absolute
 * elements. Rejects with StartFailure, whatever kept it from starting.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  { cwd, variables, pass, set = {}, stdio, detached = false }: StartOptions,
): Promise<ChildProcess> {
  const path = /[\\/]/.test(program) ? resolve(cwd ?? '', program) : findProgram(program, variables)
  if (path === undefined) throw new StartFailure(program, 'ENOENT')
  const env = { ...(pass === 'everything' ? variables : passed(pass, variables)), ...set }
  try {
    const child = spawn(path, args, { argv0: program, cwd, env, stdio, detached, shell: false })
    await new Promise<void>((started, failed) => {
      child.once('spawn', started)
      // It stays: a signal that cannot be sent later is an error too, and must not end us.
      child.on('error', failed)
    })
    return child
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    throw new StartFailure(program, errno, error)
  }
}

function passed(names: readonly string[], variables: Variables): Variables {
  const given = names.flatMap((name) => {
    const value = variables[name]
    if (value === undefined) return []
    return [[name, name === 'PATH' ? foldersOfPath(variables).join(delimiter) : value] as const]
  })
  return Object.fromEntries(given)
}
