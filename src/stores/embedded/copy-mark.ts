import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { isMissingFile, readTextSyncBounded, STATE_MARKS } from '../../system/index.js'
import { replaceFile, syncDirectory } from '../files/index.js'

/** What a copy says of itself: nothing is written to it before somebody said that it goes on. */
export interface CopyMark {
  /** The directory that was copied. */
  readonly of: string
  /** Records, and how many of them were sealed, when it was made. */
  readonly records: number
  readonly sealed: number
}

const FORMAT = 'clyra.copy/1'

function copyMarkPath(directory: string): string {
  return join(directory, STATE_MARKS.copy)
}

/** Durable when it resolves. */
export async function markAsCopy(directory: string, mark: CopyMark): Promise<void> {
  await replaceFile(copyMarkPath(directory), Buffer.from(`${JSON.stringify({ format: FORMAT, ...mark })}\n`))
}

/** What a directory is a copy of, for a person to read; undefined where there is no mark. A damaged mark is one too. */
export function copyMarked(directory: string): string | undefined {
  const path = copyMarkPath(directory)
  try {
    const text = readTextSyncBounded(path, {
      limit: 65_536,
      tooLarge: 'LEDGER_IS_A_COPY',
      what: 'the mark of a copy',
      follow: false,
    })
    const mark: unknown = JSON.parse(text)
    if (typeof mark === 'object' && mark !== null && 'of' in mark && typeof mark.of === 'string') return mark.of
    return 'another directory'
  } catch (error) {
    return isMissingFile(error) ? undefined : 'another directory'
  }
}

/** Takes the mark away, durable when it resolves. */
export async function unmarkCopy(directory: string): Promise<void> {
  try {
    await rm(copyMarkPath(directory), { force: true })
    await syncDirectory(directory)
  } catch (error) {
    throw fromSystemError(error, 'remove', copyMarkPath(directory))
  }
}
