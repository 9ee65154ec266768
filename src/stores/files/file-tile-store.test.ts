import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FileTileStore } from './index.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clyra-tiles-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('a write that fails has ended when it says so: nothing of it can come over what is written next', async () => {
  const tiles = new FileTileStore(directory)
  // A directory where a file has to be: the first of four fails at once, while the others are under way.
  mkdirSync(join(directory, 'tile', '9', '000'), { recursive: true })
  const others = [0, 1, 2].map((level) => ({
    path: `tile/${level}/000`,
    bytes: new Uint8Array(8 * 1024 * 1024).fill(1),
  }))
  await expect(tiles.write([{ path: 'tile/9/000', bytes: new Uint8Array(32) }, ...others])).rejects.toThrow()
  for (const { path, bytes } of others) expect(readFileSync(join(directory, path)).length).toBe(bytes.length)
  expect(readdirSync(join(directory, '.tmp'))).toEqual([`${process.pid}-0`])
})
