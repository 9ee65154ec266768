import { renameSync, truncateSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { openStateHandle, readStateFileLater } from '../../system/index.js'
import { ensureDirectory, syncDirectory, writeFlushed } from '../files/index.js'
import type { TornTail } from './recover-log.js'

/**
 * Moves a torn tail to `torn/`, never deleting a byte: later segments first, then what follows the good part. After a
 * crash in the middle the next opening finds a shorter torn tail and goes on. `assertHeld` throws where somebody else may
 * have appended since: then nothing more is moved.
 */
export async function moveTornTail(tail: TornTail, stamp: string, assertHeld: () => void): Promise<string[]> {
  const directory = dirname(tail.path)
  const torn = join(directory, 'torn')
  await ensureDirectory(torn)
  const moved: string[] = []
  try {
    // A clock that stands still gives the same stamp again: what was set aside before keeps its name.
    const there = new Set(await readdir(torn))
    const target = (path: string, offset: number) => {
      const name = `${stamp}-${basename(path, '.seg')}-${offset}`
      let free = `${name}.bin`
      for (let n = 2; there.has(free); n++) free = `${name}-${n}.bin`
      moved.push(join(torn, free))
      return join(torn, free)
    }
    for (const path of [...tail.later].reverse()) {
      assertHeld()
      renameSync(path, target(path, 0))
    }
    const to = target(tail.path, tail.offset)
    if (tail.offset > 0) await cutOff(tail, to, assertHeld)
    else {
      assertHeld()
      renameSync(tail.path, to)
    }
    await syncDirectory(torn)
    await syncDirectory(directory)
  } catch (error) {
    throw fromSystemError(error, 'move the torn tail to', torn)
  }
  return moved
}

async function cutOff({ path, offset }: TornTail, to: string, assertHeld: () => void): Promise<void> {
  const bytes = await readStateFileLater(path)
  await writeFlushed(to, bytes.subarray(offset))
  await syncDirectory(dirname(to))
  // In one turn with the question, so that as little as can be lies between them.
  assertHeld()
  truncateSync(path, offset)
  const file = await openStateHandle(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}
