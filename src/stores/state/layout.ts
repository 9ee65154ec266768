import { join } from 'node:path'

/** Where the parts of a state directory (`.clyra/`) lie. */
export function layoutOf(directory: string) {
  return {
    log: join(directory, 'log'),
    /** Derived: may be deleted while nobody writes. */
    index: join(directory, 'index'),
    lmdb: join(directory, 'index', 'lmdb'),
    offsets: join(directory, 'index', 'offsets'),
    tiles: join(directory, 'tiles'),
    checkpoints: join(directory, 'checkpoints'),
    keys: join(directory, 'keys'),
    vault: join(directory, 'vault'),
    artifacts: join(directory, 'artifacts'),
    /** Where copies of secret things went: backups, and what was shown in clear. */
    copies: join(directory, 'copies.ndjson'),
  } as const
}
