import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ClyraError } from '../errors/index.js'
import { isDirectory, isFile, isThere, sizeAt } from './what-is-there.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-there-'))
  writeFileSync(join(folder, 'file'), 'abc')
  symlinkSync('file', join(folder, 'link'))
  symlinkSync('circle', join(folder, 'circle'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const told = (path: string) => [isThere(path), isFile(path), isDirectory(path), sizeAt(path)]

it('says what is there, through links, and that nothing is', () => {
  expect(told(join(folder, 'file'))).toEqual([true, true, false, 3])
  expect(told(join(folder, 'link'))).toEqual([true, true, false, 3])
  expect(told(folder)).toEqual([true, false, true, expect.any(Number)])
  expect(told(join(folder, 'none'))).toEqual([false, false, false, 0])
  expect(told(join(folder, 'file', 'below'))).toEqual([false, false, false, 0])
})

it('fails with a code where the system does not say', () => {
  expect(() => isFile(join(folder, 'circle'))).toThrow(ClyraError)
  expect(() => isDirectory(join(folder, 'x'.repeat(300)))).toThrow(ClyraError)
  expect(isThere(join(folder, 'circle'))).toBe(false)
})
