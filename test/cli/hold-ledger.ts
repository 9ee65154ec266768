import { join } from 'node:path'
import { type DirectoryLock, lockDirectory } from '../../src/stores/lock/index.js'

/** Holds a ledger as another writer would. */
export function holdLedger(state: string): Promise<DirectoryLock> {
  return lockDirectory(join(state, 'log'), { command: 'a test' })
}
