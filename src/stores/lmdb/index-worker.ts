import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, isClyraError } from '../../errors/index.js'
import type { PackedLayer } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

/** A layer to store; undefined: close. */
export interface ThreadRequest {
  readonly layer: PackedLayer | undefined
}

export interface ThreadAnswer {
  readonly failure: { readonly code: ErrorCode; readonly message: string } | undefined
}

// Started by IndexThread with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

parentPort?.on('message', ({ layer }: ThreadRequest) => {
  if (layer === undefined) {
    void base.close().finally(() => parentPort?.close())
    return
  }
  parentPort?.postMessage({ failure: store(layer) } satisfies ThreadAnswer)
})

function store(layer: PackedLayer): ThreadAnswer['failure'] {
  try {
    base.write(layer)
    return undefined
  } catch (error) {
    if (isClyraError(error)) return { code: error.code, message: error.message }
    return { code: 'IO_FAILED', message: `the index cannot be stored: ${String(error)}` }
  }
}
