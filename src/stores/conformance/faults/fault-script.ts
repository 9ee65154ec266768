import type { LedgerHandle, StreamAppend } from '../../../ledger/index.js'
import { sampleEvents } from '../sample-events.js'

/** What a run does with a ledger. Each goes through the steps that the ports are failed in. */
export type Operation =
  /** Appends that are handed over at once. */
  | { readonly kind: 'append'; readonly appends: readonly (readonly StreamAppend[])[] }
  | { readonly kind: 'call'; readonly call: (ledger: LedgerHandle) => Promise<unknown> }
  /** Close, and open again. */
  | { readonly kind: 'reopen' }

const append = (...appends: readonly (readonly StreamAppend[])[]): Operation => ({ kind: 'append', appends })
const call = (what: (ledger: LedgerHandle) => Promise<unknown>): Operation => ({ kind: 'call', call: what })
const to = (
  stream: string,
  expectedRevision: StreamAppend['expectedRevision'],
  first: number,
  count: number,
): StreamAppend => ({
  stream,
  expectedRevision,
  events: sampleEvents(first, count),
})

/**
 * Append to one stream and to several, alone and together; heads; a full tile, and with it the removal of its partial
 * ones; a key; everything sealed, published and read; closed and opened again. Every id comes once.
 */
export const FAULT_SCRIPT: readonly Operation[] = [
  append([to('sample-1', 'no-stream', 0, 3)]),
  append([to('sample-2', 'any', 100, 4), to('sample-3', 'no-stream', 200, 2)]),
  call((ledger) => ledger.heads()),
  append([to('sample-2', 'any', 1000, 250)]),
  call(async (ledger) => ledger.sealed((await ledger.size()) - 1n)),
  append([to('sample-1', 'any', 300, 2)], [to('sample-4', 'any', 400, 3)], [to('sample-1', 'any', 500, 1)]),
  call((ledger) => ledger.rotateEvidenceKey()),
  append([to('sample-3', 'any', 600, 2)]),
  { kind: 'reopen' },
  append([to('sample-4', 'any', 700, 3)]),
  call((ledger) => ledger.heads()),
  call((ledger) => ledger.streamHead('sample-2')),
  append([to('sample-5', 'any', 800, 2)]),
]
