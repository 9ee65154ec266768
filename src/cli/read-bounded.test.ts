import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import { readAtMost, readSmallFile, SMALL_FILE_BYTES } from './read-bounded.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-bounded-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('reads a small file of 16 MiB and refuses one byte more, whatever it would take to read', () => {
  const path = join(folder, 'file')
  writeFileSync(path, '')
  truncateSync(path, SMALL_FILE_BYTES)
  expect(readSmallFile(path, 'KEY_INVALID').length).toBe(SMALL_FILE_BYTES)
  for (const size of [SMALL_FILE_BYTES + 1, 3 * 2 ** 30]) {
    truncateSync(path, size)
    let thrown: unknown
    try {
      readSmallFile(path, 'KEY_INVALID')
    } catch (error) {
      thrown = error
    }
    expect(isClyraError(thrown, 'KEY_INVALID')).toBe(true)
  }
})

it('reads no more of a file than it is told', () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'abcdef')
  expect(Buffer.from(readAtMost(path, 6)).toString()).toBe('abcdef')
  expect(Buffer.from(readAtMost(path, 7)).toString()).toBe('abcdef')
  expect(Buffer.from(readAtMost(path, 5)).toString()).toBe('abcde')
})
