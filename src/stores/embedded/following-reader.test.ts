import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sampleRecords } from '../conformance/sample-records.js'
import type * as Marks from './durable-mark.js'
import { openEmbeddedLogReader } from './embedded-log-reader.js'
import { openEmbeddedLogStore } from './embedded-log-store.js'

/** Called once the mark was read, before anybody is told of it. */
const gate = vi.hoisted(() => {
  // Other files of this process may have loaded the real one, and later ones are to load it again.
  vi.resetModules()
  return { passing: async (): Promise<void> => undefined }
})
afterAll(() => vi.resetModules())
vi.mock('./durable-mark.js', async (original) => {
  const marks = await original<typeof Marks>()
  const readMark = async (directory: string) => {
    const mark = await marks.readMark(directory)
    await gate.passing()
    return mark
  }
  return { ...marks, readMark }
})

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clyra-following-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

test('who asks after an append sees it, though somebody else is just looking and has looked before it', async () => {
  const options = { directory: join(home, 'log'), cacheDirectory: join(home, 'cache') }
  const writer = await openEmbeddedLogStore(options)
  const records = sampleRecords(0, 5)
  await writer.append(records.slice(0, 3), 0)
  const reader = await openEmbeddedLogReader(options)
  let release = (): void => undefined
  const looked = new Promise<void>((resolve) => {
    gate.passing = () => {
      gate.passing = async () => undefined
      resolve()
      return new Promise((resume) => {
        release = resume
      })
    }
  })
  const early = reader.head()
  await looked
  await writer.append(records.slice(3), 3)
  const later = [reader.head(), reader.read({ from: 4, limit: 1 }).then((found) => found.length)]
  release()
  expect([await early, ...(await Promise.all(later))]).toEqual([3, 5, 1])
  await reader.close()
  await writer.close()
})
