import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, isClyraError } from '../../errors/index.js'
import type { PackedLayer } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

/** What the thread is asked: to store a layer, or to close. */
export type ThreadRequest = { readonly kind: 'store'; readonly layer: PackedLayer } | { readonly kind: 'close' }

/** The answer to `store`: null, or why it failed. `close` ends the thread. */
export type ThreadAnswer = { readonly code: ErrorCode; readonly message: string } | null

// Started by IndexThread with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'close') void base.close().finally(() => parentPort?.close())
  else parentPort?.postMessage(store(request.layer))
})

function store(layer: PackedLayer): ThreadAnswer {
  try {
    base.write(layer)
    return null
  } catch (error) {
    return isClyraError(error)
      ? { code: error.code, message: error.message }
      : { code: 'IO_FAILED', message: `the index cannot be used: ${String(error)}` }
  }
}
