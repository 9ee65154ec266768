import { ClyraError } from '../../src/errors/index.js'
import {
  isType,
  KEYS_STREAM,
  type LedgerRecord,
  REDACTIONS_STREAM,
  runStream,
  STREAM_MEMBERS,
} from '../../src/events/index.js'

/**
 * What a bundle of a run claims, sorted: the run, the ledger's keys and redactions, and each stream that the run links before
 * its first `run.closed`. `records`: those of the run, in their order. Specification: `spec/bundle/SPEC.md`, section 5.
 *
 * Throws LINK_MISSING where a record names a stream that no link before it has: no bundle could show that stream.
 */
export function claimedStreams(run: string, records: readonly LedgerRecord[]): string[] {
  const linked = new Set<string>()
  let ended = false
  for (const record of records) {
    for (const stream of streamsNamedBy(record)) if (!linked.has(stream)) throw notLinked(record, stream)
    if (isType(record, 'dev.clyra.run.linked.v1') && !ended) linked.add(record.event.data.stream)
    ended ||= record.event.type === 'dev.clyra.run.closed.v1'
  }
  return [...new Set([KEYS_STREAM, REDACTIONS_STREAM, runStream(run), ...linked])].sort()
}

function streamsNamedBy({ event: { type, data } }: LedgerRecord): string[] {
  const members = Object.hasOwn(STREAM_MEMBERS, type) ? STREAM_MEMBERS[type]! : [] // own key: checked
  // Holds: data of an admitted record of a known type is an object.
  return members.map((member) => (data as Record<string, unknown>)[member]).filter((name) => typeof name === 'string')
}

function notLinked({ position, event: { type } }: LedgerRecord, stream: string): ClyraError {
  return new ClyraError(
    'LINK_MISSING',
    `the run names ${stream} at position ${position}, and had not linked it before`,
    {
      details: { stream, position, type },
    },
  )
}
