import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { assertMappable, machineStart, readStateFile, writeStateFile } from '../../system/index.js'

/**
 * `assertMappable` for the index. Its pages are looked at unless the file is just as a writer left it when it closed in
 * order: to go through the index of a million records takes as long as a quarter of the whole opening.
 */
export function checkFiles(directory: string, readOnly: boolean): void {
  const data = join(directory, 'data.mdb')
  const stamp = stampOf(data)
  const asLeft = stamp !== undefined && stamp === keptStamp(directory)
  assertMappable({ directory, data, lock: join(directory, 'lock.mdb'), what: 'the index' }, readOnly, asLeft)
}

/** For a writer, once it has closed: what it leaves is whole, as long as the file stays what it is. */
export function keepStamp(directory: string): void {
  try {
    const stamp = stampOf(join(directory, 'data.mdb'))
    if (stamp !== undefined) writeStateFile(join(directory, STAMP_FILE), stamp)
  } catch {
    // Without it the next opening looks at every page.
  }
}

const STAMP_FILE = 'closed'

function keptStamp(directory: string): string | undefined {
  try {
    return readStateFile(join(directory, STAMP_FILE)).toString('latin1')
  } catch {
    return undefined
  }
}

/**
 * Another file, another length, a later write or a start of the machine since then (which may have lost what was not
 * flushed) gives another stamp. Undefined where there is no file, or starts cannot be told apart.
 */
function stampOf(path: string): string | undefined {
  const start = machineStart()
  if (start === 0n) return undefined
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found === undefined ? undefined : `${start} ${found.ino} ${found.size} ${found.mtimeNs}\n`
  } catch (error) {
    throw fromSystemError(error, 'open the index', path)
  }
}
