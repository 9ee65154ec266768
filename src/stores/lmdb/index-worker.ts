import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, isClyraError } from '../../errors/index.js'
import { ENTRY_BYTES, IdFilter, type PackedLayer } from '../index/index.js'
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

/** Parts of the ids that are read in one go: a layer that is to be stored does not wait long for them. */
const SLICE = 64

// Started by IndexThread with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'close') void base.close().finally(() => parentPort?.close())
  else if (request.kind === 'fill') fillFrom(new IdFilter(request.memory), undefined)
  else answer('store', () => base.write(request.layer))
})

function fillFrom(filter: IdFilter, after: Buffer | undefined): void {
  let last: Buffer | undefined
  answer('fill', () => {
    const parts = base.idsAfter(after, SLICE)
    for (const { entries } of parts) {
      for (let at = 0; at < entries.length; at += ENTRY_BYTES) filter.addBytes(entries, at)
    }
    last = parts.length === SLICE ? parts[parts.length - 1]?.key : undefined
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
