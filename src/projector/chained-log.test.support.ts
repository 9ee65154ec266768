import { canonicalBytes, hex } from '../canonical/index.js'
import {
  GENESIS_PREV,
  type LedgerRecord,
  type Projection,
  type StoredEvent,
  streamStartValue,
} from '../events/index.js'
import { leafHash } from '../merkle/index.js'
import type { ProjectedLedger } from './checked-records.js'

/** A well-chained log in memory, for tests of the runner: genesis, then one record for each stream name given. */
export function chainedLog(streams: readonly string[], note: (i: number) => string = String): LedgerRecord[] {
  const records: LedgerRecord[] = []
  const heads = new Map<string, { revision: number; leaf: string }>()
  for (const [position, stream] of ['ledger-genesis', ...streams].entries()) {
    const head = heads.get(stream)
    const revision = (head?.revision ?? -1) + 1
    const event: StoredEvent = {
      specversion: '1.0',
      id: `0199f0aa-0000-7000-8000-${String(position).padStart(12, '0')}`,
      source: '/test',
      type: 'com.example.noted.v1',
      data: { note: note(position) },
      time: '2025-11-21T12:54:03Z',
      ledger: 'example.clyra.internal',
      stream,
      revision: String(revision),
      prev: position === 0 ? GENESIS_PREV : (head?.leaf ?? hex(streamStartValue(records[0]!.leaf, stream))),
      submitter: 'local',
      recordedat: '2025-11-21T12:54:03.000Z',
    }
    const bytes = canonicalBytes(event)
    const leaf = leafHash(bytes)
    heads.set(stream, { revision, leaf: hex(leaf) })
    records.push({ position, leaf, bytes, event })
  }
  return records
}

/** What projecting needs of a ledger, over such a log. The array may grow. */
export function ledgerOf(records: readonly LedgerRecord[]): ProjectedLedger {
  return {
    identity: records[0]!.leaf,
    size: async () => BigInt(records.length),
    async *readBatches({ from = 0n, limit } = {}) {
      const end = limit === undefined ? records.length : Math.min(records.length, Number(from) + limit)
      // Small and uneven, so that nothing rests on where a batch ends.
      for (let i = Number(from), n = 1; i < end; i += n, n = (n % 7) + 1) yield records.slice(i, Math.min(end, i + n))
    },
  }
}

type Notes = { readonly count: number; readonly notes: readonly string[] }

/** A fold that remembers everything, so that any slip of the runner shows. */
export function notesProjection(version = 1): Projection<Notes, string> {
  return {
    name: 'notes',
    version,
    partition: ({ event }) => (event.stream.startsWith('note-') ? event.stream.slice('note-'.length) : undefined),
    initial: (partition) => ({ count: 0, notes: [`${partition} v${version}`] }),
    apply: (state, { event }) => ({
      count: state.count + 1,
      notes: [...state.notes, String(Object(event.data)['note'])],
    }),
    render: (state) => state.notes.join(),
  }
}
