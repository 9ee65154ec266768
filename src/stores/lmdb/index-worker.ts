import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, isClyraError } from '../../errors/index.js'
import { IdFilter, type PackedLayer } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

/** What the thread is asked: to store a layer, to add all stored ids to a filter, to close. */
export type ThreadRequest =
  | { readonly kind: 'store'; readonly layer: PackedLayer }
  | { readonly kind: 'fill'; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'close' }

/** An answer to each request but `close`, which ends the thread. */
export interface ThreadAnswer {
  readonly kind: 'store' | 'fill'
  readonly failure: { readonly code: ErrorCode; readonly message: string } | undefined
}

/** Ids that are read in one go: a layer that is to be stored does not wait long for them. */
const SLICE = 10_000

// Started by IndexThread with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'close') void base.close().finally(() => parentPort?.close())
  else if (request.kind === 'fill') fillFrom(new IdFilter(request.memory), undefined)
  else answer('store', () => base.write(request.layer))
})

function fillFrom(filter: IdFilter, after: Uint8Array | undefined): void {
  let last: Uint8Array | undefined
  answer('fill', () => {
    const ids = base.idsAfter(after, SLICE)
    for (const id of ids) filter.addBytes(id, 0)
    last = ids.length === SLICE ? ids[ids.length - 1] : undefined
    return last === undefined
  })
  if (last !== undefined) setImmediate(fillFrom, filter, last)
}

/** Answers when `act` is done or has failed; `false` means that it is to go on. */
function answer(kind: ThreadAnswer['kind'], act: () => unknown): void {
  let failure: ThreadAnswer['failure']
  try {
    if (act() === false) return
  } catch (error) {
    failure = isClyraError(error)
      ? { code: error.code, message: error.message }
      : { code: 'IO_FAILED', message: `the index cannot be used: ${String(error)}` }
  }
  parentPort?.postMessage({ kind, failure } satisfies ThreadAnswer)
}
