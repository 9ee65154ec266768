import { type BigIntStats, statSync } from 'node:fs'
import { ClyraError, fromSystemError } from '../../errors/index.js'

/**
 * A path together with the file or directory that it led to when this was made. Whoever holds that file open, so that its
 * inode is not given to another one, finds out with `look` whether the path still leads there.
 */
export class HeldPath {
  readonly path: string
  readonly #dev: bigint
  readonly #ino: bigint

  /** `held`: of the open file, not of the path. */
  constructor(path: string, held: BigIntStats) {
    this.path = path
    this.#dev = held.dev
    this.#ino = held.ino
  }

  /** Whether the path leads to it. Throws IO_FAILED, PERMISSION_DENIED where that cannot be found out. */
  leadsThere(): boolean {
    const found = statOf(this.path)
    return found !== undefined && this.is(found)
  }

  /** What the path leads to, or LEDGER_TAKEN_AWAY where that is something else or nothing. Takes about two microseconds. */
  look(): BigIntStats {
    const found = statOf(this.path)
    if (found === undefined) throw takenAway(this.path, 'is gone')
    if (!this.is(found)) throw takenAway(this.path, 'is another one now')
    return found
  }

  /** Whether that is the file or directory that is held. */
  is({ dev, ino }: BigIntStats): boolean {
    return dev === this.#dev && ino === this.#ino
  }
}

/** `what` completes the sentence "<path> ...". */
export function takenAway(path: string, what: string, details: Readonly<Record<string, unknown>> = {}): ClyraError {
  return new ClyraError(
    'LEDGER_TAKEN_AWAY',
    `${path} ${what}: it was taken away from under this process, which does nothing more with it; open it again`,
    { details: { path, ...details } },
  )
}

/** Throws LEDGER_TAKEN_AWAY where something is at a path at which only this process would have put anything. */
export function assertNothingAt(path: string): void {
  if (statOf(path) !== undefined) throw takenAway(path, 'was made by somebody else')
}

/** Undefined where the path leads nowhere, or through what is no directory, or to a file that its server has forgotten. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESTALE' || error.code === 'ELOOP'))
      return undefined
    throw fromSystemError(error, 'look at', path)
  }
}
