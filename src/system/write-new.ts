import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'

/** Creates a file that must not exist yet, with all its bytes on the device when it returns. Throws what the system says. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    // The umask can only take bits away at creation; a file for the owner alone is exactly that.
    if ((mode & 0o077) === 0) fchmodSync(file, mode)
    writeFileSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Gives a file its name, which must be free: EEXIST where it is not, which a rename would replace. */
export function moveToNewName(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_LINKS.has(String(error.code))) || existsSync(to)) throw error
    // A file system without hard links: what comes in between is lost, which no call there can prevent.
    renameSync(from, to)
    return
  }
  rmSync(from, { force: true })
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Puts the names in a directory on the device. Windows has no such call. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
