export { type DirectoryLock, type LockOptions, lockDirectory } from './directory-lock.js'
export { assertNothingAt, HeldPath, takenAway } from './held-path.js'
