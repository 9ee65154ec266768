import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleRecords } from '../conformance/sample-records.js'
import { lockDirectory } from '../lock/index.js'
import { openEmbeddedLogStore } from './embedded-log-store.js'

let home: string
let log: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clyra-held-'))
  log = join(home, 'log')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const options = () => ({ directory: log, cacheDirectory: join(home, 'cache') })
const TAKEN = { code: 'LEDGER_TAKEN_AWAY' }

async function segmentOf(): Promise<string> {
  return join(log, (await readdir(log)).find((name) => name.endsWith('.seg'))!)
}

test('a lock whose file is another one by now is not held, and a new one can be taken', async () => {
  const first = await lockDirectory(home, {})
  first.assertHeld()
  await rm(join(home, 'lock'))
  expect(() => first.assertHeld()).toThrow(expect.objectContaining(TAKEN))
  const second = await lockDirectory(home, {})
  second.assertHeld()
  expect(() => first.assertHeld()).toThrow(expect.objectContaining(TAKEN))
  await expect(lockDirectory(home, {})).rejects.toMatchObject({ code: 'LEDGER_LOCKED' })
  await first.release()
  second.assertHeld()
  await second.release()
})

test('a lock that waits for another one holds what lies under its name when it gets it', async () => {
  const first = await lockDirectory(home, {})
  const waiting = lockDirectory(home, { waitMs: 20_000 })
  await new Promise((resolve) => setTimeout(resolve, 60))
  await rm(join(home, 'lock'))
  await writeFile(join(home, 'lock'), '')
  await first.release()
  const second = await waiting
  second.assertHeld()
  await expect(lockDirectory(home, {})).rejects.toMatchObject({ code: 'LEDGER_LOCKED' })
  await second.release()
})

test('a ledger that is taken away while a frame is flushed does not acknowledge it, now or later', async () => {
  const records = sampleRecords(0, 3)
  let take = false
  const store = await openEmbeddedLogStore({
    ...options(),
    flush: async (file) => {
      await file.datasync()
      if (take) await rm(join(log, 'lock'))
    },
  })
  await store.append(records.slice(0, 1), 0)
  take = true
  await expect(store.append(records.slice(1, 2), 1)).rejects.toMatchObject(TAKEN)
  take = false
  // Also when the next one has made another lock, and again: it is over for this handle.
  const next = await openEmbeddedLogStore(options())
  expect(await next.head()).toBe(2)
  await expect(store.append(records.slice(1, 2), 1)).rejects.toMatchObject(TAKEN)
  expect(() => store.assertHeld()).toThrow(expect.objectContaining(TAKEN))
  expect(await store.head()).toBe(1)
  await store.close()
  await next.append(records.slice(2, 3), 2)
  await next.close()
})

test('a lock that was away for a while is no lock: what another one wrote meanwhile is seen', async () => {
  const records = sampleRecords(0, 4)
  const first = await openEmbeddedLogStore(options())
  await first.append(records.slice(0, 1), 0)
  await rename(join(log, 'lock'), join(home, 'kept'))
  const second = await openEmbeddedLogStore(options())
  await second.append(records.slice(1, 2), 1)
  await rename(join(home, 'kept'), join(log, 'lock'))
  await expect(first.append(records.slice(1, 2), 1)).rejects.toMatchObject(TAKEN)
  await expect(second.append(records.slice(2, 3), 2)).rejects.toMatchObject(TAKEN)
  await Promise.all([first.close(), second.close()])
  const again = await openEmbeddedLogStore(options())
  expect(await again.head()).toBe(2)
  await again.close()
})

test('a new segment that somebody else has begun is not written to, and one that he begins meanwhile is seen', async () => {
  const records = sampleRecords(0, 3)
  const segmentName = (first: number) => join(log, `${String(first).padStart(20, '0')}.seg`)
  let take = false
  const store = await openEmbeddedLogStore({
    ...options(),
    flush: async (file) => {
      await file.datasync()
      if (take) await writeFile(segmentName(1), '')
    },
  })
  await store.append(records.slice(0, 1), 0)
  take = true
  await expect(store.append(records.slice(1, 2), 1)).rejects.toMatchObject(TAKEN)
  await store.close()
  const small = await openEmbeddedLogStore({ ...options(), segmentBytes: 100 })
  const head = await small.head()
  await writeFile(segmentName(head), '')
  await expect(small.append(sampleRecords(head, 1), head)).rejects.toMatchObject(TAKEN)
  expect((await stat(segmentName(head))).size).toBe(0)
  await small.close()
})

test('a large append does not look to its own sealer as if somebody else had written', async () => {
  const store = await openEmbeddedLogStore(options())
  let appending = true
  const done = store.append(sampleRecords(0, 60_000), 0).finally(() => {
    appending = false
  })
  let looks = 0
  for (; appending; looks++) {
    store.assertHeld()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await done
  expect(looks).toBeGreaterThan(0)
  await store.close()
})

test('zeros behind the last frame are cut off, and what is appended follows it', async () => {
  const store = await openEmbeddedLogStore(options())
  await store.append(sampleRecords(0, 2), 0)
  await store.close()
  const segment = await segmentOf()
  const before = await readFile(segment)
  await appendFile(segment, Buffer.alloc(8192))
  const again = await openEmbeddedLogStore(options())
  expect((await stat(segment)).size).toBe(before.length)
  await again.append(sampleRecords(2, 1), 2)
  await again.close()
  const last = await openEmbeddedLogStore(options())
  expect(await last.head()).toBe(3)
  await last.close()
})
