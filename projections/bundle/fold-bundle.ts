import { hex } from '../../src/canonical/index.js'
import { isType, type LedgerRecord, runOf } from '../../src/events/index.js'
import { foldRunRecords } from '../run/index.js'
import type { BundleState, IntroducedKey } from './bundle-state.js'

/**
 * Folds records of a bundle. Each of the ledger's own types counts only in its one stream; the records of other
 * runs and types are not part of this bundle and change nothing but are never handed over by a builder.
 */
export function foldBundleRecords(state: BundleState, records: readonly LedgerRecord[]): BundleState {
  const ofRun = records.filter((record) => isOfRun(state, record))
  let folded = state
  for (const record of records) {
    if (isOfRun(state, record)) continue
    const before = folded
    folded = foldLedgerRecord(before, record)
    if (folded !== before) folded = { ...folded, records: before.records + 1 }
  }
  if (ofRun.length === 0) return folded
  return { ...folded, records: folded.records + ofRun.length, run: foldRunRecords(folded.run, ofRun) }
}

function isOfRun({ run: { run } }: BundleState, { event: { stream } }: LedgerRecord): boolean {
  return runOf(stream) === run
}
function foldLedgerRecord(state: BundleState, record: LedgerRecord): BundleState {
  const position = String(record.position)
  const { stream, recordedat: recordedAt, revision } = record.event
  switch (stream) {
    case 'ledger-genesis': {
      if (!isType(record, 'dev.clyra.ledger.genesis.v1')) return state
      const { nonce: _, ...genesis } = record.event.data
      return { ...state, genesis: { ...genesis, leaf: hex(record.leaf), recordedAt } }
    }
    case 'ledger-keys':
      return { ...state, keys: foldKeys(state.keys, record) }
    case 'ledger-redactions':
      if (!isType(record, 'dev.clyra.ledger.redacted.v1')) return state
      return { ...state, redactions: [...state.redactions, { ...record.event.data, position, recordedAt }] }
    case 'ledger-heads':
      if (!isType(record, 'dev.clyra.ledger.heads.v1')) return state
      return { ...state, heads: { ...record.event.data, position, revision, recordedAt } }
    default:
      return state
  }
}

function foldKeys(keys: readonly IntroducedKey[], record: LedgerRecord): readonly IntroducedKey[] {
  const position = String(record.position)
  if (isType(record, 'dev.clyra.ledger.key.introduced.v2')) {
    const { key, replaces } = record.event.data
    return [...keys, { ...key, introducedAt: position, replaces, revoked: null }]
  }
  if (isType(record, 'dev.clyra.ledger.key.revoked.v1')) {
    const { id, reason, compromisedSince } = record.event.data
    return keys.map((key) => (key.id === id ? { ...key, revoked: { position, reason, compromisedSince } } : key))
  }
  return keys
}
