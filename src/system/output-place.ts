import { existsSync, lstatSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../errors/index.js'
import { kindOf } from './kind-of-file.js'
import { STATE_DIRECTORY, STATE_MARKS } from './state-marks.js'

const { durable, lock, copy, spool } = STATE_MARKS
/** What shows a state directory, a copy of one or a run's spool under any name. */
const MARKS = [`log/${durable}`, `log/${lock}`, 'log/00000000000000000000.seg', copy, spool] as const

/**
 * Whether something may be written at a path that a user named, and replace what is there.
 *
 * Throws OUTPUT_EXISTS where a file is there and `replace` is false; NOT_A_REGULAR_FILE for a device, FIFO, directory
 * or symbolic link, which nothing ever replaces; USAGE inside the state directory of a ledger or spool, where a name
 * that looks free may be one that the ledger will use. Returns the mode of the file that is replaced, if one is.
 */
export function modeAtOutputPlace(path: string, replace: boolean): number | undefined {
  assertOutsideState(path)
  const stats = statsOf(path)
  if (stats === undefined) return undefined
  if (!stats.isFile()) {
    const kind = kindOf(stats)
    throw new ClyraError('NOT_A_REGULAR_FILE', `${path} is ${kind}; only a regular file is ever replaced`, {
      details: { path, kind },
      fix: 'the same command with another name',
    })
  }
  if (!replace) throw outputExists(path)
  return stats.mode & 0o777
}

/**
 * What can be refused before the bytes are known, so before long work: NOT_A_REGULAR_FILE and USAGE as above. A regular
 * file may turn out to have just the bytes that the work gives, which is no failure.
 */
export function assertMayHoldOutput(path: string): void {
  modeAtOutputPlace(path, true)
}

/** For a name that nothing may have yet. Throws OUTPUT_EXISTS, and USAGE inside a state directory. */
export function assertFreeName(path: string): void {
  assertOutsideState(path)
  if (statsOf(path) !== undefined) throw nameTaken(path)
}

/** `--force` helps where a file would be replaced. */
function outputExists(path: string): ClyraError {
  return new ClyraError('OUTPUT_EXISTS', `${path} is there already and is not replaced`, { details: { path } })
}

/** Nothing but another name helps. */
export function nameTaken(path: string): ClyraError {
  return new ClyraError('OUTPUT_EXISTS', `${path} is there already; it is written only where nothing is yet`, {
    details: { path },
    fix: 'the same command with another name',
  })
}

/** Throws USAGE where a path lies inside the state directory of a ledger, a copy of one, or a spool. */
export function assertOutsideState(path: string): void {
  const folder = realFolder(dirname(path))
  for (let at = folder; ; at = dirname(at)) {
    if (basename(at) === STATE_DIRECTORY || MARKS.some((mark) => existsSync(join(at, mark)))) {
      throw new ClyraError('USAGE', `${path} lies inside ${at}, where a ledger keeps what is its own`, {
        details: { path, ledger: at },
        fix: 'the same command with a path outside it',
      })
    }
    if (dirname(at) === at) return
  }
}

/** Where the folder really lies, whatever links lead to it; of one that is not there, what is. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return dirname(folder) === folder ? folder : join(realFolder(dirname(folder)), basename(folder))
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw fromSystemError(error, 'write', path)
  }
}
