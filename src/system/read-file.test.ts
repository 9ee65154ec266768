import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import {
  isMissingFile,
  openRegularFile,
  type ReadLimits,
  readFileBounded,
  readFileSyncBounded,
  readTextSyncBounded,
} from './read-file.js'

const LIMITS = { limit: 1000, tooLarge: 'BUNDLE_TOO_LARGE', what: 'a bundle' } as const satisfies ReadLimits

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-read-'))
  path = join(folder, 'file')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The code that both ways of reading refuse a path with. */
async function refusal(path: string, limits: ReadLimits = LIMITS): Promise<string> {
  const codes = await Promise.all(
    [async () => readFileSyncBounded(path, limits), () => readFileBounded(path, limits)].map((read) =>
      read().then(
        () => 'read',
        (error: unknown) => (isClyraError(error) ? error.code : String(error)),
      ),
    ),
  )
  expect(codes[1]).toBe(codes[0])
  return codes[0] ?? ''
}

it('gives exactly the bytes of a file up to the limit, and refuses one byte more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(300), async (bytes, limit) => {
      writeFileSync(path, bytes)
      const limits = { ...LIMITS, limit }
      if (bytes.length > limit) {
        expect(await refusal(path, limits)).toBe('BUNDLE_TOO_LARGE')
        return
      }
      expect(readFileSyncBounded(path, limits)).toEqual(bytes)
      expect(await readFileBounded(path, limits)).toEqual(bytes)
    }),
    { numRuns: 100 },
  )
})

it('gives the beginning of a larger file where the caller judges it himself', async () => {
  writeFileSync(path, 'abcdef')
  const cut = { ...LIMITS, limit: 4, tooLarge: null }
  expect(readTextSyncBounded(path, cut)).toBe('abcd')
  expect(Buffer.from(await readFileBounded(path, cut)).toString()).toBe('abcd')
  truncateSync(path, 3 * 2 ** 30)
  expect((await readFileBounded(path, cut)).length).toBe(4)
})

it('refuses a FIFO that nobody writes, at once', async () => {
  execFileSync('mkfifo', [path])
  expect(await refusal(path)).toBe('NOT_A_REGULAR_FILE')
})

it.each(['/dev/zero', '/dev/null', '/dev/tty', '/dev/ptmx'])(
  'refuses the device %s without reading it',
  async (device) => {
    expect(await refusal(device)).toBe('NOT_A_REGULAR_FILE')
  },
)

it('refuses a device behind a symbolic link, and a directory', async () => {
  symlinkSync('/dev/zero', path)
  expect(await refusal(path)).toBe('NOT_A_REGULAR_FILE')
  expect(await refusal(folder)).toBe('NOT_A_REGULAR_FILE')
})

it('refuses a socket', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  try {
    expect(await refusal(path)).toBe('NOT_A_REGULAR_FILE')
  } finally {
    server.close()
  }
})

it('refuses a sparse file of three GiB by its size, with the code of the caller', async () => {
  writeFileSync(path, '')
  truncateSync(path, 3 * 2 ** 30)
  expect(await refusal(path)).toBe('BUNDLE_TOO_LARGE')
})

it('reads a file of which the system says that it has no bytes', async () => {
  const limits = { ...LIMITS, limit: 1_000_000 }
  expect(readTextSyncBounded('/proc/self/status', limits)).toContain('Pid:')
  expect(Buffer.from(await readFileBounded('/proc/self/status', limits)).toString()).toContain('Pid:')
  expect(await refusal('/proc/self/status', { ...LIMITS, limit: 10 })).toBe('BUNDLE_TOO_LARGE')
})

it('does not follow a file that grows without end past the limit', async () => {
  writeFileSync(path, 'x')
  const limits = { ...LIMITS, limit: 40_000_000 }
  const reading = readFileBounded(path, limits)
  truncateSync(path, 60_000_000)
  await expect(reading).rejects.toMatchObject({ code: 'BUNDLE_TOO_LARGE' })
})

it('gives what was appended while it read, as long as it fits', async () => {
  writeFileSync(path, 'x'.repeat(100))
  const reading = readFileBounded(path, LIMITS)
  appendFileSync(path, 'y'.repeat(500))
  expect((await reading).length).toBe(600)
})

it('stops between two portions when it is told to', async () => {
  writeFileSync(path, '')
  truncateSync(path, 400_000_000)
  const stop = new AbortController()
  const reading = readFileBounded(path, { ...LIMITS, limit: 500_000_000, signal: stop.signal })
  setTimeout(() => stop.abort(), 1)
  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
})

it('follows a symbolic link unless it is told not to', async () => {
  writeFileSync(path, 'abc')
  const link = join(folder, 'link')
  symlinkSync(path, link)
  expect(readTextSyncBounded(link, LIMITS)).toBe('abc')
  expect(await refusal(link, { ...LIMITS, follow: false })).toBe('NOT_A_REGULAR_FILE')
  expect(readTextSyncBounded(path, { ...LIMITS, follow: false })).toBe('abc')
})

it('tells a file that is not there from one that may not be read', async () => {
  mkdirSync(join(folder, 'directory'))
  symlinkSync('loop', join(folder, 'loop'))
  writeFileSync(path, '')
  for (const absent of [join(folder, 'absent'), join(path, 'below')]) {
    expect(isMissingFile(await readFileBounded(absent, LIMITS).catch((error: unknown) => error))).toBe(true)
    expect(await refusal(absent)).toBe('IO_FAILED')
  }
  for (const there of [join(folder, 'directory'), join(folder, 'loop')]) {
    expect(isMissingFile(await readFileBounded(there, LIMITS).catch((error: unknown) => error))).toBe(false)
  }
  expect(await refusal(join(folder, 'loop'))).toBe('IO_FAILED')
})

it('opens only a regular file for whoever reads it himself', () => {
  execFileSync('mkfifo', [path])
  expect(() => openRegularFile(path, { what: 'a log of dbt' })).toThrow(/is a FIFO; a log of dbt is read from/)
  const text = join(folder, 'text')
  writeFileSync(text, 'abc')
  const file = openRegularFile(text, { what: 'a log of dbt' })
  expect(file.stats.size).toBe(3)
  file.close()
})
