import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { FileArtifactStore, FileVault } from '../../stores/files/index.js'
import { layoutOf } from '../../stores/state/index.js'
import { isDirectory, isMissingFile } from '../../system/index.js'
import { readCopies } from './copies.js'
import { eraseHolder, type Holder } from './holder.js'

export interface ErasedFromBackups {
  readonly subject: string
  readonly artifacts: readonly string[]
  /** True where the run was recorded under the old fingerprint key. */
  readonly oldFingerprints: boolean
}

/**
 * The backups that a state directory knows of, and those that they know of, as state directories, each once. One whose
 * list is damaged is named by what reading it threw.
 */
export function backupsOf(state: string): string[] {
  const found = new Set<string>()
  const visit = (at: string): void => {
    for (const { kind, path } of readCopies(at)) {
      if (kind !== 'backup' || found.has(path) || path === state) continue
      found.add(path)
      if (isLedger(path)) visit(path)
    }
  }
  visit(state)
  return [...found]
}

/**
 * Erases a run from a backup and from what a killed backup left beside it, as from the ledger itself. One that is not
 * at its place, or no longer a copy of a ledger, stays: where it is now nobody knows.
 */
export async function eraseFromBackup(directory: string, what: ErasedFromBackups): Promise<Holder[]> {
  const begun = await Promise.all(unfinished(directory).map((left) => eraseIn(left, what)))
  return [...begun, await eraseIn(directory, what)]
}

function eraseIn(directory: string, what: ErasedFromBackups): Promise<Holder> {
  return eraseHolder('backup', directory, async () => {
    if (!isLedger(directory))
      throw new ClyraError(
        'IO_FAILED',
        'the backup is not there; if it was moved it still holds the key. Put it back, or name it with --gone if it is destroyed',
        {
          details: { path: directory },
        },
      )
    const { vault: keys, artifacts: files } = layoutOf(directory)
    const vault = new FileVault({ directory: keys })
    // One that was made before the run has nothing of it, and need not be writable.
    if (await vault.holds(what.subject)) await vault.erase(what.subject)
    if (what.oldFingerprints) await vault.eraseOldFingerprintKey()
    const artifacts = new FileArtifactStore(files)
    for (const sha256 of what.artifacts) await artifacts.remove(sha256)
    return null
  })
}

/** `.<name>.<random>.tmp` beside it: a backup that was killed while it was written. */
function unfinished(directory: string): string[] {
  const beside = dirname(directory)
  try {
    return readdirSync(beside)
      .filter((name) => name.startsWith(`.${basename(directory)}.`) && name.endsWith('.tmp'))
      .map((name) => join(beside, name))
      .filter((path) => isDirectory(join(path, 'vault')))
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', beside)
  }
}

function isLedger(directory: string): boolean {
  const { log, vault, checkpoints } = layoutOf(directory)
  return isDirectory(log) || isDirectory(vault) || isDirectory(checkpoints)
}
