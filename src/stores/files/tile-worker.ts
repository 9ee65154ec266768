import { closeSync, fdatasyncSync, renameSync, writeFileSync } from 'node:fs'
import { fromSystemError } from '../../errors/index.js'
import { openStateFile } from '../../system/index.js'
import { serveStore } from '../store-thread.js'
import { type FlushedFile, TILE_MODE } from './file-tile-store.js'

// One after the other, each whole before the next: after a failure nothing is under way.
serveStore<readonly FlushedFile[]>((files) => {
  for (const { target, temporary, bytes } of files) {
    try {
      writeFlushedSync(temporary, bytes)
      renameSync(temporary, target)
    } catch (error) {
      throw fromSystemError(error, 'write', target)
    }
  }
})

function writeFlushedSync(path: string, bytes: Uint8Array): void {
  const file = openStateFile(path, 'w', TILE_MODE)
  try {
    writeFileSync(file, bytes)
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}
