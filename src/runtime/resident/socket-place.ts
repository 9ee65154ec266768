import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { isDirectory, isThere, readStateFile, type User, whyNotOurs, writeStateFile } from '../../system/index.js'

/** Names in the folder of the socket. */
const SOCKET = 'holder'
/** A file that says where the socket lies, where that is elsewhere. */
const ELSEWHERE = 'elsewhere'
/** What a socket's address holds on Linux (108) and macOS (104), without the zero byte after it. */
const MAX_PATH_BYTES = 103

export interface SocketOwner {
  readonly user: User
  /** Absolute folders with short paths, tried in turn, for a state directory whose path is too long for a socket. */
  readonly short: readonly (string | undefined)[]
}

/** The folder of a state directory that is for the process that holds it, and for who works beside it. */
export function socketFolder(state: string): string {
  return join(state, 'socket')
}

/**
 * Makes the folder, private, and gives the path at which the holder may listen; nothing lies there then. Only for who
 * holds the ledger's lock: what a killed holder left is removed.
 *
 * Throws STATE_NOT_OURS where the folder is another user's, NOT_A_REGULAR_FILE where something else lies in its place,
 * CONFIG_INVALID where every path is too long, and what the file system says.
 */
export function claimSocket(state: string, { user, short }: SocketOwner): string {
  const folder = socketFolder(state)
  try {
    makePrivate(folder, user)
    removeElsewhere(folder, user)
    const path = join(folder, SOCKET)
    rmSync(path, { force: true })
    return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : claimElsewhere(folder, short)
  } catch (error) {
    throw fromSystemError(error, 'make the socket', folder)
  }
}

function claimElsewhere(folder: string, short: SocketOwner['short']): string {
  const usable = short.find(
    (one) => one !== undefined && isAbsolute(one) && isDirectory(one) && Buffer.byteLength(one) < MAX_PATH_BYTES - 20,
  )
  if (usable === undefined) {
    throw new ClyraError('CONFIG_INVALID', `the path ${join(folder, SOCKET)} is too long for a socket`, {
      details: { path: folder },
      fix: 'XDG_RUNTIME_DIR with a short path and the same command',
    })
  }
  const path = join(mkdtempSync(join(usable, 'clyra-')), SOCKET)
  writeStateFile(join(folder, ELSEWHERE), path)
  return path
}

/** Closes the socket to others; until then its folder alone keeps them out. */
export function closeToOthers(path: string): void {
  chmodSync(path, 0o600)
}

/** Removes what `claimSocket` made beside the socket, which the server itself removes. */
export function releaseSocket(state: string, user: User): void {
  removeElsewhere(socketFolder(state), user)
}

/**
 * Where the holder of a state directory listens, if one does; undefined where nothing that is a socket lies there.
 * Throws STATE_NOT_OURS where the socket is another user's, or in a folder that others may enter.
 */
export function findSocket(state: string, user: User): string | undefined {
  const folder = socketFolder(state)
  const path = placeIn(folder)
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return undefined
  for (const one of new Set([folder, dirname(path)])) {
    const why = whyNotPrivate(one, user)
    if (why !== undefined) throw notOurs(one, why)
  }
  const why = whyNotOurs(path, user)
  if (why !== undefined) throw notOurs(path, why)
  return path
}

/** What the file says, if there is one that is ours to read. */
function placeIn(folder: string): string {
  const said = join(folder, ELSEWHERE)
  const own = join(folder, SOCKET)
  if (!isThere(said)) return own
  const path = readStateFile(said).toString('utf8').trim()
  return isAbsolute(path) && basename(path) === SOCKET ? path : own
}

/** What another holder made elsewhere: only a socket in a private folder of a name that we give. */
function removeElsewhere(folder: string, user: User): void {
  const path = placeIn(folder)
  rmSync(join(folder, ELSEWHERE), { force: true })
  const other = dirname(path)
  if (other === folder || !/^clyra-[A-Za-z0-9]{6}$/.test(basename(other)) || whyNotPrivate(other, user)) return
  rmSync(path, { force: true })
  try {
    rmdirSync(other)
  } catch {
    // Gone already, or something else lies in it by now.
  }
}

function makePrivate(folder: string, user: User): void {
  if (!isThere(folder)) mkdirSync(folder, { mode: 0o700 })
  if (lstatSync(folder).isDirectory() !== true) {
    throw new ClyraError('NOT_A_REGULAR_FILE', `${folder} is no folder`, {
      details: { path: folder, kind: 'no folder' },
    })
  }
  const why = whyNotOurs(folder, user)
  if (why?.startsWith('it belongs') === true) throw notOurs(folder, why)
  chmodSync(folder, 0o700)
}

/** Undefined where nobody but the user can have put anything there. */
function whyNotPrivate(folder: string, user: User): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return 'it is no folder'
  const others = user.uid !== undefined && (found.mode & 0o077) !== 0
  return whyNotOurs(folder, user) ?? (others ? 'others may enter it' : undefined)
}

function notOurs(path: string, why: string): ClyraError {
  return new ClyraError('STATE_NOT_OURS', `${path} is not taken for the socket of who holds the ledger: ${why}`, {
    details: { path },
  })
}
