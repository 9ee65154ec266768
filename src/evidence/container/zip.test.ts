import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isClyraError } from '../../errors/index.js'
import { BUNDLE_LIMITS, zip } from './zip.js'

const text = (s: string) => new TextEncoder().encode(s)

describe('zip', () => {
  it('writes exactly the fields of the specification and nothing else', () => {
    const content = text('hello')
    const crc = Buffer.alloc(4)
    crc.writeUInt32LE(crc32(content))
    const common = Buffer.concat([
      Buffer.from([10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]),
      crc,
      Buffer.from([5, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0]),
    ])
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from('a/b'), content])
    const central = Buffer.concat([
      Buffer.from('PK\x01\x02', 'latin1'),
      Buffer.from([10, 0]),
      common,
      Buffer.alloc(2 + 2 + 2 + 4 + 4),
      Buffer.from('a/b'),
    ])
    const end = Buffer.concat([
      Buffer.from('PK\x05\x06', 'latin1'),
      Buffer.from([0, 0, 0, 0, 1, 0, 1, 0, central.length, 0, 0, 0, local.length, 0, 0, 0, 0, 0]),
    ])
    expect(Buffer.from(zip(new Map([['a/b', content]])))).toEqual(Buffer.concat([local, central, end]))
  })

  it('has the limits of the specification', () => {
    const constants = new URL('../../../spec/bundle/constants.json', import.meta.url)
    const { archiveBytes, archiveEntries, ...limits } = JSON.parse(readFileSync(constants, 'utf8')).limits
    expect({ bytes: archiveBytes, entries: archiveEntries, ...limits }).toMatchObject(BUNDLE_LIMITS)
  })

  it('gives the same bytes for the same files in any order', () => {
    const files: [string, Uint8Array][] = [
      ['b', text('1')],
      ['a/z', text('2')],
      ['a-b', text('3')],
      ['a.c', text('4')],
    ]
    expect(zip(new Map(files))).toEqual(zip(new Map(files.reverse())))
  })

  it('is read by other people’s tools', ({ skip }) => {
    if (process.env['CI'] !== 'true' && spawnSync('python3', ['--version']).status !== 0)
      skip('python3 is not installed')
    const directory = mkdtempSync(join(tmpdir(), 'clyra-zip-'))
    try {
      const archive = join(directory, 'a.zip')
      writeFileSync(
        archive,
        zip(
          new Map([
            ['artifacts/ff', text('x'.repeat(70_000))],
            ['manifest.json', text('{}')],
          ]),
        ),
      )
      const script =
        'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print([(i.filename,i.file_size) for i in z.infolist()])'
      const { stdout, stderr } = spawnSync('python3', ['-c', script, archive], { encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(stdout.trim()).toBe("[('artifacts/ff', 70000), ('manifest.json', 2)]")
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('refuses names that a reader could take for another place, and too many files', () => {
    const codeOf = (files: ReadonlyMap<string, Uint8Array>) => {
      try {
        zip(files)
        return 'none'
      } catch (error) {
        return isClyraError(error) ? error.code : String(error)
      }
    }
    for (const name of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', './a', 'A', 'a\\b', 'c:a', 'ü', 'a b']) {
      expect([name, codeOf(new Map([[name, text('')]]))]).toEqual([name, 'BUNDLE_MALFORMED'])
    }
    const many = new Map(Array.from({ length: BUNDLE_LIMITS.entries + 1 }, (_, i) => [`f${i}`, text('')]))
    expect(codeOf(many)).toBe('BUNDLE_TOO_LARGE')
    expect(codeOf(new Map())).toBe('none')
  })
})
