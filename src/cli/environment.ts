import { randomBytes } from 'node:crypto'
import { ClyraError } from '../errors/index.js'
import type { Surroundings } from '../runtime/project/index.js'
import { homeOf, type OutputStream, standardStream, userOf } from '../system/index.js'

/**
 * Everything that a command may touch besides files: streams, clock, randomness, environment variables.
 * Wired once, in `main.ts`; nothing else in the program reads `process`.
 */
export interface Environment extends Surroundings {
  readonly platform: string
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/** The real one. `stop` is called when nothing can be written to stdout any more; later writes are dropped, never thrown. */
export function processEnvironment(stopped: AbortSignal, stop: () => void): Environment {
  const mark = `\x01${randomBytes(16).toString('hex')}\x02`
  return {
    get cwd() {
      return workingDirectory()
    },
    variables: process.env,
    home: homeOf(process.env),
    platform: process.platform,
    user: userOf(process.geteuid?.(), process.env),
    stdout: standardStream(process.stdout, mark, stop),
    stderr: standardStream(process.stderr, mark, () => {}),
    stopped,
    now: () => new Date(),
    elapsed: () => performance.now(),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  }
}

/** Throws IO_FAILED where it was deleted. */
export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    throw new ClyraError('IO_FAILED', 'the working directory does not exist any more', {
      cause: error,
      fix: 'cd "$HOME" and the same command',
    })
  }
}
