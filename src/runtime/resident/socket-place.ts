import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { ClyraError, fromSystemError, isClyraError } from '../../errors/index.js'
import { type DirectoryLock, lockDirectory } from '../../stores/lock/index.js'
import { isDirectory, isThere, readStateFile, type User, whyNotOurs, writeStateFile } from '../../system/index.js'

/** Names in the folder of the socket. */
const SOCKET = 'holder'
/** A file that says where the socket lies, where that is elsewhere. */
const ELSEWHERE = 'elsewhere'
/** A folder with the lock of the one that serves. */
const SERVING = 'serving'
/** What a socket's address holds on Linux (108) and macOS (104), without the zero byte after it. */
const MAX_PATH_BYTES = 103

export interface SocketOwner {
  readonly user: User
  /** Absolute folders with short paths, tried in turn, for a state directory whose path is too long for a socket. */
  readonly short: readonly (string | undefined)[]
}

/** The folder of a state directory that is for the process that holds it, and for who works beside it. */
function socketFolder(state: string): string {
  return join(state, 'socket')
}

/**
 * Makes that folder, private. Throws STATE_NOT_OURS where it is another user's, NOT_A_REGULAR_FILE where something else
 * lies in its place, and what the file system says.
 */
export function makeSocketFolder(state: string, user: User): string {
  const folder = socketFolder(state)
  makePrivate(folder, believed(state, user))
  return folder
}

/** To root, also those of whom the state directory belongs to: he could have replaced all of it. */
function believed(state: string, user: User): User {
  return user.uid === 0 ? { ...user, sudoUid: statSync(state, { throwIfNoEntry: false })?.uid } : user
}

/** A place to listen at, which is this process's alone until it is given back. */
export interface ClaimedSocket {
  readonly path: string
  /** Removes what was made for it beside the socket, which the server itself removes. */
  release(): Promise<void>
}

/**
 * Gives the path at which the holder may listen; nothing lies there then. Only for who holds the ledger's lock: a socket
 * that a killed holder left is removed, anything else is left as it is.
 *
 * Rejects with LEDGER_LOCKED where the ledger is served already, OUTPUT_EXISTS where something that is no socket lies
 * there, CONFIG_INVALID where every path is too long, and as `makeSocketFolder` throws.
 */
export async function claimSocket(state: string, { user: asking, short }: SocketOwner): Promise<ClaimedSocket> {
  const folder = makeSocketFolder(state, asking)
  const user = believed(state, asking)
  const lock = await lockServing(folder, user)
  try {
    removeElsewhere(folder, user)
    removeSocket(join(folder, SOCKET))
    const own = join(folder, SOCKET)
    const path = Buffer.byteLength(own) <= MAX_PATH_BYTES ? own : claimElsewhere(folder, short)
    return {
      path,
      release: async () => {
        try {
          removeElsewhere(folder, user)
        } finally {
          await lock.release()
        }
      },
    }
  } catch (error) {
    await lock.release()
    throw fromSystemError(error, 'make the socket', folder)
  }
}

async function lockServing(folder: string, user: User): Promise<DirectoryLock> {
  const serving = join(folder, SERVING)
  makePrivate(serving, user)
  return lockDirectory(serving, { command: 'serving' }).catch((error: unknown) => {
    if (!isClyraError(error, 'LEDGER_LOCKED')) throw error
    throw new ClyraError('LEDGER_LOCKED', `the ledger in ${dirname(folder)} is served already`, {
      details: error.details,
      fix: 'close what serves it first',
    })
  })
}

/** Throws OUTPUT_EXISTS where something else lies there. */
function removeSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isSocket()) {
    throw new ClyraError('OUTPUT_EXISTS', `${path} is no socket, and was left as it is`, {
      details: { path },
      fix: 'move it away, and the same again',
    })
  }
  rmSync(path, { force: true })
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

/**
 * Where the holder of a state directory listens, if one does; undefined where nothing that is a socket lies there.
 * Throws STATE_NOT_OURS where the socket is another user's, or in a folder that others may enter.
 */
export function findSocket(state: string, asking: User): string | undefined {
  const user = believed(state, asking)
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
  try {
    removeSocket(path)
    rmdirSync(other)
  } catch {
    // Gone already, or something else lies in it by now.
  }
}

function makePrivate(folder: string, user: User): void {
  try {
    // Recursive: another process may make it at the same moment.
    if (!isThere(folder)) mkdirSync(folder, { mode: 0o700, recursive: true })
    const found = lstatSync(folder)
    if (!found.isDirectory()) {
      throw new ClyraError('NOT_A_REGULAR_FILE', `${folder} is no folder`, {
        details: { path: folder, kind: 'no folder' },
      })
    }
    const why = whyNotOurs(folder, user)
    if (why !== undefined && found.uid !== user.uid) throw notOurs(folder, why)
    if (whyNotPrivate(folder, user) !== undefined) chmodSync(folder, 0o700)
  } catch (error) {
    throw fromSystemError(error, 'make the directory', folder)
  }
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
