import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type VerifyOptions, type VerifyResult, verifyTiles } from '@clyra/verify'
import { fromSystemError } from '../../errors/index.js'

/** Verifies a whole exported log in a directory. A file that is not there is the verifier's to judge. */
export function verifyTilesAt(folder: string, options: VerifyOptions): Promise<VerifyResult> {
  const read = async (path: string) => {
    try {
      return new Uint8Array(await readFile(join(folder, path)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw fromSystemError(error, 'read', join(folder, path))
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
