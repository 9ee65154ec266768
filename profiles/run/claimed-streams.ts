import { isType, KEYS_STREAM, type LedgerRecord, REDACTIONS_STREAM, runStream } from '../../src/events/index.js'

/**
 * What a bundle of a run claims, sorted: the run, the ledger's keys and redactions, and each stream that the run links before
 * its first `run.closed`. `records`: those of the run, in their order. Specification: `spec/bundle/SPEC.md`, section 5.
 */
export function claimedStreams(run: string, records: readonly LedgerRecord[]): string[] {
  const end = records.findIndex(({ event }) => event.type === 'dev.clyra.run.closed.v1')
  const linked = records
    .slice(0, end === -1 ? records.length : end)
    .flatMap((record) => (isType(record, 'dev.clyra.run.linked.v1') ? [record.event.data.stream] : []))
  return [...new Set([KEYS_STREAM, REDACTIONS_STREAM, runStream(run), ...linked])].sort()
}
