import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { type Findings, isLitter } from '../../ledger/index.js'
import { isMissingFile, STATE_MARKS } from '../../system/index.js'
import { parseSegmentName } from './segment-format.js'

interface Folder {
  /** As the finding names it. */
  readonly name: string
  readonly path: string
  readonly belongs: (file: string) => boolean
}

/** What a killed process may leave where it was writing; the next writer overwrites or removes it. */
const isTemporary = (file: string) => file === '.tmp' || file.endsWith('.tmp')

/**
 * Files beside the ledger's own: a stray one is a finding, what a killed process left while writing is a note. The tree
 * of tiles is looked at where it is compared, but for its folder of temporary files.
 */
export async function checkStrays(
  findings: Findings,
  { log, checkpoints, tiles }: { readonly log: string; readonly checkpoints: string; readonly tiles: string },
): Promise<void> {
  const folders: Folder[] = [
    {
      name: 'log',
      path: log,
      belongs: (file) =>
        parseSegmentName(file) !== undefined ||
        [STATE_MARKS.durable, STATE_MARKS.lock, 'lock.json', 'torn'].includes(file),
    },
    {
      name: 'checkpoints',
      path: checkpoints,
      belongs: (file) => file === 'latest' || /^(0|[1-9][0-9]{0,15})$/.test(file),
    },
  ]
  for (const { name, path, belongs } of folders) {
    for (const file of await filesIn(path)) {
      if (belongs(file)) continue
      const where = `${name}/${file}`
      if (isTemporary(file)) findings.notes.push(`${where} is a temporary file that an interrupted process has left`)
      else if (isLitter(file)) findings.notes.push(`${where} is no part of a ledger, and says nothing`)
      else findings.add('STRAY_FILE', where, `the file ${where} is no part of a ledger`)
    }
  }
  for (const file of await filesIn(join(tiles, '.tmp')))
    findings.notes.push(`tiles/.tmp/${file} is a temporary file that an interrupted process has left`)
}

async function filesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort()
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', path)
  }
}
