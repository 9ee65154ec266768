import { appendFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tailFile } from './log-tail.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-tail-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a followed file', () => {
  it('gives whole lines only, and the rest when it is asked for', () => {
    const path = join(folder, 'log')
    const tail = tailFile(path)
    expect(tail.read()).toEqual([])
    writeFileSync(path, 'one\ntw')
    expect(tail.read()).toEqual(['one'])
    appendFileSync(path, 'o\nthree')
    expect(tail.read()).toEqual(['two'])
    expect(tail.read()).toEqual([])
    expect(tail.rest()).toBe('three')
    tail.close()
  })

  it('keeps a line together that is longer than what is read at once, and characters of several bytes', () => {
    const path = join(folder, 'log')
    const long = 'ü€😀'.repeat(400_000)
    writeFileSync(path, `${long}\nend\n`)
    const tail = tailFile(path)
    const lines: string[] = []
    for (let read = tail.read(); read.length > 0; read = tail.read()) lines.push(...read)
    expect(lines).toEqual([long, 'end'])
    tail.close()
  })

  it('can begin where an earlier run ended', () => {
    const path = join(folder, 'log')
    writeFileSync(path, 'before\n')
    const tail = tailFile(path, 'before\n'.length)
    appendFileSync(path, 'now\n')
    expect(tail.read()).toEqual(['now'])
    tail.close()
  })
  it('is followed when it is renamed, also several times between two looks', () => {
    const path = join(folder, 'log')
    writeFileSync(path, 'before\n')
    const tail = tailFile(path, 'before\n'.length)
    const rotate = () => {
      for (let part = 8; part > 0; part--) {
        if (existsSync(`${path}.${part}`)) renameSync(`${path}.${part}`, `${path}.${part + 1}`)
      }
      renameSync(path, `${path}.1`)
    }
    const all = () => {
      const lines: string[] = []
      for (let read = tail.read(); read.length > 0; read = tail.read()) lines.push(...read)
      return lines
    }
    appendFileSync(path, 'one\n')
    rotate()
    writeFileSync(path, 'two\n')
    expect(all()).toEqual(['one', 'two'])
    for (const line of ['three', 'four', 'five']) {
      appendFileSync(path, `${line}\n`)
      rotate()
      writeFileSync(path, '')
    }
    writeFileSync(path, 'six\n')
    expect([all(), tail.lost]).toEqual([['three', 'four', 'five', 'six'], 0])
    tail.close()
  })

  it('says that it lost its place where the part that came next is gone', () => {
    const path = join(folder, 'log')
    writeFileSync(path, 'one\n')
    const tail = tailFile(path)
    expect(tail.read()).toEqual(['one'])
    rmSync(path)
    writeFileSync(`${path}.1`, 'three\n')
    writeFileSync(path, 'four\n')
    expect([tail.read(), tail.read(), tail.lost]).toEqual([['three'], ['four'], 1])
    tail.close()
  })
})
