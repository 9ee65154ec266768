import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, isClyraError } from '../../errors/index.js'
import { ENTRY_BYTES, IdFilter, type PackedLayer } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

/** What the thread is asked: to store a layer, to make a filter of all stored ids, to close. */
export type ThreadRequest =
  | { readonly kind: 'store'; readonly layer: PackedLayer }
  | { readonly kind: 'fill'; readonly ids: number }
  | { readonly kind: 'close' }

/** An answer to each request but `close`, which ends the thread. */
export interface ThreadAnswer {
  readonly kind: 'store' | 'fill'
  readonly failure: { readonly code: ErrorCode; readonly message: string } | undefined
  /** The memory of the filter, which is the asker's from then on. */
  readonly filled: ArrayBuffer | undefined
}

/** Parts of the ids that are read in one go: a layer that is to be stored does not wait long for them. */
const SLICE = 64

// Started by IndexThread with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'close') void base.close().finally(() => parentPort?.close())
  else if (request.kind === 'fill') fillFrom(new IdFilter(request.ids), undefined)
  else answer('store', () => base.write(request.layer))
})

function fillFrom(filter: IdFilter, after: Buffer | undefined): void {
  let last: Buffer | undefined
  try {
    const parts = base.idsAfter(after, SLICE)
    for (const { entries } of parts) {
      for (let at = 0; at < entries.length; at += ENTRY_BYTES) filter.addBytes(entries, at)
    }
    last = parts.length === SLICE ? parts[parts.length - 1]?.key : undefined
  } catch (error) {
    return tell('fill', failureOf(error))
  }
  if (last === undefined) tell('fill', undefined, filter.memory)
  else setImmediate(fillFrom, filter, last)
}

function answer(kind: ThreadAnswer['kind'], act: () => void): void {
  try {
    act()
  } catch (error) {
    return tell(kind, failureOf(error))
  }
  tell(kind, undefined)
}

function tell(kind: ThreadAnswer['kind'], failure: ThreadAnswer['failure'], filled?: ArrayBuffer): void {
  parentPort?.postMessage({ kind, failure, filled } satisfies ThreadAnswer, filled === undefined ? [] : [filled])
}

function failureOf(error: unknown): ThreadAnswer['failure'] {
  return isClyraError(error)
    ? { code: error.code, message: error.message }
    : { code: 'IO_FAILED', message: `the index cannot be used: ${String(error)}` }
}
