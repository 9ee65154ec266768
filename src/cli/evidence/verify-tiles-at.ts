import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type VerifyOptions, type VerifyResult, verifyTiles } from '@clyra/verify'
import { fromSystemError } from '../../errors/index.js'
import { TILE_FILE } from '../../replay/index.js'
import { isMissingFile, readFileBounded } from '../../system/index.js'

/** Verifies a whole exported log in a directory. A file that is not there is the verifier's to judge. */
export function verifyTilesAt(folder: string, options: VerifyOptions): Promise<VerifyResult> {
  const read = async (path: string) => {
    try {
      // One byte more than any has: what is longer is cut, and refused by its length.
      return await readFileBounded(join(folder, path), { ...TILE_FILE, limit: TILE_FILE.limit + 1, tooLarge: null })
    } catch (error) {
      if (isMissingFile(error)) return undefined
      throw error
    }
  }
  return verifyTiles(read, { ...options, list: () => filesIn(folder) })
}

async function* filesIn(folder: string): AsyncIterable<string> {
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (!entry.isDirectory()) yield relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
  } catch (error) {
    throw fromSystemError(error, 'read the directory', folder)
  }
}
