import { ClyraError } from '../errors/index.js'
import type { EventFilter, ReadOptions, RecordView } from './ledger.js'
import type { LedgerCore } from './ledger-core.js'

const BATCH = 256

/** Says of a record whether a filter wants it: every list that is given must hold it. */
export function matches(filter: EventFilter | undefined, record: Pick<RecordView, 'type' | 'stream'>): boolean {
  if (filter === undefined) return true
  const { types, streams, categories } = filter
  if (types !== undefined && !types.includes(record.type)) return false
  if (streams !== undefined && !streams.includes(record.stream)) return false
  return categories === undefined || categories.includes(record.stream.slice(0, record.stream.indexOf('-')))
}

/** See `Ledger.readAll`. The end is the durable end when reading begins. */
export async function* readAll(
  core: LedgerCore,
  options: ReadOptions & { readonly from?: bigint; readonly before?: bigint; readonly filter?: EventFilter } = {},
): AsyncGenerator<RecordView> {
  const backwards = options.backwards === true
  const size = await core.ports.store.head()
  const first = Math.min(size, bound(options.from, 0))
  const end = Math.min(size, bound(options.before, size))
  let left = limitOf(options.limit)
  let at = backwards ? end : first
  while (left > 0 && (backwards ? at > first : at < end)) {
    refuseAborted(options.signal)
    const limit = Math.min(BATCH, backwards ? at - first : end - at, options.filter === undefined ? left : BATCH)
    const records = await core.ports.store.read(backwards ? { before: at, limit, backwards } : { from: at, limit })
    if (records.length === 0) return
    for (const record of records) {
      at = backwards ? record.position : record.position + 1
      const view = core.view(record)
      if (!matches(options.filter, view)) continue
      yield view
      if (--left === 0) return
      refuseAborted(options.signal)
    }
  }
}

/** See `Ledger.readStream`. Forwards from revision `from`; backwards from it, or from the last, down to 0. */
export async function* readStream(
  core: LedgerCore,
  stream: string,
  options: ReadOptions & { readonly from?: bigint } = {},
): AsyncGenerator<RecordView> {
  await core.refresh()
  const { index } = core.ports
  const last = index.head(stream)?.revision ?? -1
  const backwards = options.backwards === true
  let revision = Math.min(bound(options.from, backwards ? last : 0), backwards ? last : Number.MAX_SAFE_INTEGER)
  let left = Math.min(limitOf(options.limit), backwards ? revision + 1 : last - revision + 1)
  while (left > 0) {
    refuseAborted(options.signal)
    const count = Math.min(BATCH, left)
    const lowest = backwards ? revision - count + 1 : revision
    const positions = index.positionsIn(stream, lowest, count)
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
      fix: 'clyra fsck',
    },
  )
}
