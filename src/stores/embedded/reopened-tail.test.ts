import { type FileHandle, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sampleRecords } from '../conformance/sample-records.js'
import { openEmbeddedLogStore } from './embedded-log-store.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clyra-tail-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(home, { recursive: true, force: true })
})

/** The real calls on files, written down in order. */
async function watchFiles(): Promise<string[]> {
  const calls: string[] = []
  const any = await open(join(home, 'any'), 'w')
  const kind: FileHandle = Object.getPrototypeOf(any)
  await any.close()
  const { write, datasync } = kind
  vi.spyOn(kind, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    const [bytes, from, length, at] = args
    if (bytes instanceof Uint8Array && length !== 40)
      calls.push(`write ${String(length)} at ${String(at)} of ${String(from)}`)
    return Reflect.apply(write, this, args)
  })
  vi.spyOn(kind, 'datasync').mockImplementation(function (this: FileHandle) {
    calls.push('flush')
    return Reflect.apply(datasync, this, [])
  })
  return calls
}

const options = () => ({ directory: join(home, 'log'), cacheDirectory: join(home, 'cache') })

test('a frame whose flush failed is written again at the next opening, before it is flushed and counts', async () => {
  const records = sampleRecords(0, 3)
  let flushes = 0
  const failing = await openEmbeddedLogStore({
    ...options(),
    flush: async (file) => {
      if (++flushes === 2) throw new Error('injected: EIO')
      await file.datasync()
    },
  })
  await failing.append(records.slice(0, 1), 0)
  await expect(failing.append(records.slice(1, 2), 1)).rejects.toMatchObject({ code: 'STORE_FAILED' })
  await failing.close()
  const name = (await readdir(join(home, 'log'))).find((one) => one.endsWith('.seg'))!
  const before = await readFile(join(home, 'log', name))

  const calls = await watchFiles()
  const reopened = await openEmbeddedLogStore(options())
  expect(await reopened.head()).toBe(2)
  const again = calls.findIndex((call) => call.startsWith('write'))
  expect(calls[again]).toMatch(/^write \d+ at \d+ of 0$/)
  const [, length, at] = /write (\d+) at (\d+)/.exec(calls[again]!)!
  // The last frame, whole.
  expect(Number(at) + Number(length)).toBe(before.length)
  expect(Number(at)).toBeGreaterThan(64)
  expect(calls.indexOf('flush', again)).toBeGreaterThan(again)
  await reopened.close()
  expect(await readFile(join(home, 'log', name))).toEqual(before)
})

test('the header is written again with the first frame of a segment', async () => {
  const store = await openEmbeddedLogStore(options())
  await store.append(sampleRecords(0, 1), 0)
  await store.close()
  const calls = await watchFiles()
  await (await openEmbeddedLogStore(options())).close()
  expect(calls.find((call) => call.startsWith('write'))).toMatch(/ at 0 of 0$/)
})
