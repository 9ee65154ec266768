import { closeSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { RecordReader } from '../../events/parse-record.js'
import { prefixedLeafHex } from '../../merkle/tree-hash.js'
import { openStateFile } from '../../system/index.js'
import { type Extent, leafHexAt, prefixedRecordAt } from './stored-entries.js'

/** What the thread is asked: to read an extent and to check every record of it. */
export interface CheckRequest {
  readonly id: number
  readonly extent: Extent
}

/** The bytes of an extent, every record of which was shown; undefined where that did not succeed, for whatever reason. */
export interface CheckAnswer {
  readonly id: number
  readonly bytes: ArrayBuffer | undefined
}

const records = new RecordReader()
let open: { readonly path: string; readonly file: number } | undefined

// Started by CheckingThread. It never says what is wrong: who asked reads the same again, and finds it.
parentPort?.on('message', ({ id, extent }: CheckRequest) => {
  const bytes = checked(extent)
  parentPort?.postMessage({ id, bytes } satisfies CheckAnswer, bytes === undefined ? [] : [bytes])
})
parentPort?.postMessage('ready')

function checked(extent: Extent): ArrayBuffer | undefined {
  try {
    const memory = new ArrayBuffer(extent.length)
    const bytes = Buffer.from(memory)
    if (!fill(bytes, fileOf(extent.path), extent.start)) return undefined
    for (const at of extent.entries) {
      const prefixed = prefixedRecordAt(bytes, at)
      if (prefixed === undefined || prefixedLeafHex(prefixed) !== leafHexAt(bytes, at)) return undefined
      records.check(prefixed.subarray(1))
    }
    return memory
  } catch {
    return undefined
  }
}

function fill(bytes: Buffer, file: number, from: number): boolean {
  let done = 0
  while (done < bytes.length) {
    const read = readSync(file, bytes, done, bytes.length - done, from + done)
    if (read === 0) return false
    done += read
  }
  return true
}

/** One at a time: segments are read one after the other. */
function fileOf(path: string): number {
  if (open?.path === path) return open.file
  if (open !== undefined) closeSync(open.file)
  open = undefined
  open = { path, file: openStateFile(path, 'r') }
  return open.file
}
