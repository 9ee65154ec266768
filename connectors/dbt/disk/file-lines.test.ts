import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { linesOf } from '../files/index.js'
import { fileLines } from './file-lines.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-lines-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a log that is read from the disk has the lines of its bytes, from any byte on, each time', () => {
  const path = join(folder, 'dbt.log')
  const line = `${'x'.repeat(1_000_000)}\n`
  // Above 64 MiB.
  writeFileSync(path, `first\n${line.repeat(70)}last`)
  const whole = fileLines(path)
  expect(whole).not.toBeInstanceOf(Uint8Array)
  for (let time = 0; time < 2; time += 1) {
    const lines = [...linesOf(whole ?? new Uint8Array())]
    expect(lines.map(({ text }) => text.length)).toEqual([5, ...Array(70).fill(1_000_000), 4])
  }
  const later = fileLines(path, 6 + 69 * line.length) ?? new Uint8Array()
  expect(later.length).toBe(line.length + 4)
  expect([...linesOf(later)].map(({ text, complete }) => [text.length, complete])).toEqual([
    [1_000_000, true],
    [4, false],
  ])
})

it('a small log is its bytes, and one that is not there is undefined', () => {
  writeFileSync(join(folder, 'dbt.log'), 'one\ntwo')
  expect([...linesOf(fileLines(join(folder, 'dbt.log'), 4) ?? new Uint8Array())]).toEqual([
    { text: 'two', complete: false },
  ])
  expect(fileLines(join(folder, 'none.log'))).toBeUndefined()
})
