import { ClyraError } from '../errors/index.js'
import type { LedgerRecord } from '../events/index.js'
import type { LogStore, ReadRange, StoredRecord } from '../ports/index.js'
import { type LedgerCore, viewOf } from './ledger-core.js'
import type { EventFilter, ReadAllOptions, ReadOptions, RecordView } from './ledger-reader.js'

const BATCH = 256

/** Says of a record whether a filter wants it: every list that is given must hold it. */
export function matches(
  filter: EventFilter | undefined,
  { type, stream }: { readonly type: string; readonly stream: string },
): boolean {
  if (filter === undefined) return true
  const { types, streams, categories } = filter
  if (types !== undefined && !types.includes(type)) return false
  if (streams !== undefined && !streams.includes(stream)) return false
  return categories === undefined || categories.includes(stream.slice(0, stream.indexOf('-')))
}

/** See `Ledger.readAll`. The end is the durable end when reading begins. */
export async function* readAll(core: LedgerCore, options: ReadAllOptions = {}): AsyncGenerator<RecordView> {
  let left = limitOf(options.limit)
  for await (const batch of readBatches(core, options)) {
    for (const record of batch) {
      yield viewOf(record)
      if (--left === 0) return
      refuseAborted(options.signal)
    }
  }
}

/** See `Ledger.readBatches`. */
export async function* readBatches(
  core: LedgerCore,
  options: ReadAllOptions = {},
): AsyncGenerator<readonly LedgerRecord[]> {
  const { signal } = options
  const filter = core.newestTypes(options.filter)
  const backwards = options.backwards === true
  const size = await core.ports.store.head()
  let first = Math.min(size, bound(options.from, 0))
  let end = Math.min(size, bound(options.before, size))
  let left = limitOf(options.limit)
  if (filter === undefined) {
    if (backwards) first = Math.max(first, end - left)
    else end = Math.min(end, first + left)
  }
  refuseAborted(signal)
  if (left === 0) return
  for await (const stored of storedBatches(core.ports.store, { first, end, backwards })) {
    let records: LedgerRecord[] = stored.map((one) => core.record(one))
    if (filter !== undefined) {
      records = records.filter(({ event }) => matches(filter, event)).slice(0, left)
      left -= records.length
    }
    if (records.length > 0) yield records
    if (left === 0) return
    refuseAborted(signal)
  }
}

interface Span {
  readonly first: number
  /** Exclusive. */
  readonly end: number
  readonly backwards: boolean
}

/** While the caller is at work on one batch the next is being read: by the store's own scan, or here. */
async function* storedBatches(store: LogStore, span: Span): AsyncGenerator<StoredRecord[]> {
  const scan = span.backwards ? undefined : store.scan?.(span.first, span.end, BATCH)
  if (scan !== undefined) return yield* scan
  const read = (at: number): Promise<StoredRecord[]> | undefined => {
    const range = rangeOf(at, span)
    return range && store.read(range)
  }
  let reading = read(span.backwards ? span.end : span.first)
  try {
    while (reading !== undefined) {
      const stored = await reading
      const last = stored.at(-1)
      if (last === undefined) return
      reading = read(span.backwards ? last.position : last.position + 1)
      // Whoever stops here does not hear of the read that was ahead of him.
      reading?.catch(() => undefined)
      yield stored
    }
  } finally {
    await reading?.catch(() => undefined)
  }
}

/** What to read next; undefined at the end. */
function rangeOf(at: number, { first, end, backwards }: Span): ReadRange | undefined {
  if (backwards) return at > first ? { before: at, limit: Math.min(BATCH, at - first), backwards } : undefined
  return at < end ? { from: at, limit: Math.min(BATCH, end - at) } : undefined
}

/** See `Ledger.readStream`. Forwards from revision `from`; backwards from it, or from the last, down to 0. */
export async function* readStream(
  core: LedgerCore,
  stream: string,
  options: ReadOptions & { readonly from?: bigint } = {},
): AsyncGenerator<RecordView> {
  await core.refresh()
  const { index } = core.ports
  const last = (await index.head(stream))?.revision ?? -1
  const backwards = options.backwards === true
  let revision = Math.min(bound(options.from, backwards ? last : 0), backwards ? last : Number.MAX_SAFE_INTEGER)
  let left = Math.min(limitOf(options.limit), backwards ? revision + 1 : last - revision + 1)
  while (left > 0) {
    refuseAborted(options.signal)
    const count = Math.min(BATCH, left)
    const lowest = backwards ? revision - count + 1 : revision
    const positions = await index.positionsIn(stream, lowest, count)
    if (positions.length !== count) throw indexCorrupt(stream, lowest)
    const records = await core.at(positions)
    if (backwards) records.reverse()
    for (const record of records) {
      const view = core.view(record)
      if (view.stream !== stream || view.revision !== BigInt(revision)) throw indexCorrupt(stream, revision)
      yield view
      revision += backwards ? -1 : 1
      left--
      refuseAborted(options.signal)
    }
  }
}

function bound(value: bigint | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (typeof value !== 'bigint' || value < 0n) {
    throw new ClyraError('INVALID_POSITION', `a position or revision is a bigint from 0n, not ${String(value)}`)
  }
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

function limitOf(limit: number | undefined): number {
  if (limit === undefined) return Number.MAX_SAFE_INTEGER
  if (Number.isSafeInteger(limit) && limit >= 0) return limit
  throw new ClyraError('INVALID_POSITION', `a limit is a whole number from 0, not ${limit}`)
}

/** A read that was cut short says so: its caller must not take it for complete. */
function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ClyraError('ABORTED', 'the reading was aborted')
}

function indexCorrupt(stream: string, revision: number): ClyraError {
  return new ClyraError(
    'INDEX_CORRUPT',
    `the index leads to another record than revision ${revision} of ${stream}; delete it and it is rebuilt`,
    {
      details: { stream, revision },
    },
  )
}
