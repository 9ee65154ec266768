import { lstatSync, readdirSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ClyraError } from '../errors/index.js'

/** Whose files are believed: those of `uid`, the effective user, and of root; undefined where a system has no users. */
export interface User {
  readonly uid: number | undefined
  /** For root alone: whom `sudo` was given by. */
  readonly sudoUid: number | undefined
}

/** The user of this process. `SUDO_UID` is believed where we are root, as git does. */
export function userOf(uid: number | undefined, variables: Readonly<Record<string, string | undefined>>): User {
  const given = variables['SUDO_UID'] ?? ''
  return { uid, sudoUid: uid === 0 && /^[0-9]{1,10}$/.test(given) ? Number(given) : undefined }
}

/**
 * Why a file or directory that was only found, and named by nobody, may not be believed: it, or what a link there leads
 * to, is another user's, or every user may write it. Undefined where it may, and where there is nothing.
 *
 * A group may write: that is how people share a project, and how a umask of 002 leaves files. Modes that a file system
 * makes up say nothing and are not judged.
 */
export function whyNotOurs(path: string, { uid, sudoUid }: User): string | undefined {
  if (uid === undefined) return undefined
  const itself = lstatSync(path, { throwIfNoEntry: false })
  const target = itself?.isSymbolicLink() === true ? statSync(path, { throwIfNoEntry: false }) : itself
  const stranger = [itself, target].find((found) => found !== undefined && ![uid, 0, sudoUid].includes(found.uid))
  if (stranger !== undefined) return `it belongs to another user (uid ${stranger.uid}; you are ${uid})`
  const open = target !== undefined && (target.mode & 0o002) !== 0 && hasModes(path)
  return open ? `every user may write it (mode ${(target.mode & 0o777).toString(8)})` : undefined
}

/** Of `statfs`: 9p and drvfs (a Windows disk under WSL), vboxsf, CIFS, SMB2, FAT, exFAT, NTFS, FUSE. */
const WITHOUT_MODES: ReadonlySet<number> = new Set([
  0x01021997, 0x53464846, 0x786f4256, 0xff534d42, 0xfe534d42, 0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0x65735546,
])

function hasModes(path: string): boolean {
  try {
    return !WITHOUT_MODES.has(statfsSync(path).type)
  } catch {
    return true
  }
}

/**
 * Asserts that no part of a state directory lies elsewhere: no entry of `directory` is a symbolic link
 * (NOT_A_REGULAR_FILE). Says nothing of a directory that is not there.
 */
export function assertNoLinksIn(directory: string): void {
  const link = entriesOf(directory).find((entry) => entry.isSymbolicLink())
  if (link !== undefined) throw isLink(join(directory, link.name))
}

/** Asserts that a directory below `root` lies where its path says: no part of the path below `root` is a link. */
export function assertLiesIn(root: string, directory: string): void {
  if (join(realpathSync(root), directory.slice(root.length)) !== realpathSync(directory)) throw isLink(directory)
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    // Not there, or closed to us: whoever opens something in it says so.
    return []
  }
}

function isLink(path: string): ClyraError {
  return new ClyraError(
    'NOT_A_REGULAR_FILE',
    `${path} is reached through a symbolic link; no part of a ledger may lie elsewhere, but clyra.yaml can name another folder for artefacts`,
    { details: { path, kind: 'a symbolic link' } },
  )
}
