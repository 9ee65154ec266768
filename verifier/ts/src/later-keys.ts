import { equalBytes, fromHex, hex } from './bytes.js'
import { ChainWalk, genesisOf } from './chain.js'
import type { Documents } from './documents.js'
import { Examination } from './examination.js'
import { foldKeys, type Keys } from './keys.js'
import { keyRecordsOf, proveBundle } from './prove-bundle.js'
import { type LogRecord, readRecord } from './record.js'
import { Offences, Refusal, VerifyUsageError } from './refusal.js'
import type { Pin } from './trust.js'

/** The ledger's keys as a caller knows them who has the ledger itself: no proof is asked for. */
export interface KeyHistory {
  /** `ledger-keys` is complete in `records` up to a log of this size. */
  readonly size: number | bigint
  /** Record 0 and all records of `ledger-keys`, in their order, as they lie in the log. */
  readonly records: readonly { readonly position: number; readonly bytes: Uint8Array }[]
}

/** What tells of the ledger's keys from beyond the evidence: a newer bundle of the ledger, or the ledger's own records. */
export type KeySource = Uint8Array | KeyHistory

/** The keys of one ledger up to one size, read from a source; or why they could not be. */
export type LaterKeys =
  | {
      readonly from: 'bundle' | 'ledger'
      readonly genesis: string
      readonly size: number
      /** Undefined where the source shows none. */
      readonly root: Uint8Array | undefined
      readonly stream: readonly { readonly record: LogRecord; readonly position: number }[]
      readonly keys: Keys
    }
  | { readonly from: 'bundle'; readonly refused: string }

/** Reads a source by itself. Throws VerifyUsageError for a history of the caller's own that is none. */
export async function readLaterKeys(source: KeySource, pins: readonly Pin[]): Promise<LaterKeys> {
  return source instanceof Uint8Array ? fromBundle(source, pins) : fromHistory(source)
}

/** A newer bundle must itself be sound, and vouched for by a key that the caller trusts. */
async function fromBundle(bytes: Uint8Array, pins: readonly Pin[]): Promise<LaterKeys> {
  const examination = new Examination()
  try {
    const { documents, trusted, keys } = await proveBundle(examination, bytes, pins)
    if (trusted.length === 0)
      return { from: 'bundle', refused: 'no pinned key vouches for the bundle that tells of them' }
    const { genesis, size, root } = documents.manifest
    return { from: 'bundle', genesis, size, root: fromHex(root, 32), stream: keyRecordsOf(documents), keys }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { from: 'bundle', refused: `the bundle that tells of them is not sound (${error.code})` }
  }
}

function fromHistory({ size, records }: KeyHistory): LaterKeys {
  if (!Number.isSafeInteger(Number(size)) || size < 1)
    throw new VerifyUsageError('OPTION_INVALID', 'keys: no size of a log')
  const offences = new Offences()
  try {
    const stream = records.map(({ position, bytes }) => ({ record: readRecord(bytes, { position }), position }))
    const first = stream[0]
    const rest = stream.slice(1)
    const data = first && genesisOf(first.record, first.record.ledger)
    if (first === undefined || data === undefined || first.position !== 0)
      throw new Refusal('GENESIS_INVALID', 'record 0')
    let before = 0
    for (const { record, position } of rest) {
      if (record.stream !== 'ledger-keys') throw noKeyRecords(`a record of ${record.stream}`)
      if (position <= before || position >= size) throw noKeyRecords(`the position ${position} of a log of ${size}`)
      before = position
    }
    const walk = new ChainWalk(first.record.ledger, first.record.leaf, offences)
    for (const { record, position } of stream) walk.add(record, position)
    const keys = foldKeys(data, rest, offences)
    offences.settle()
    return { from: 'ledger', genesis: hex(first.record.leaf), size: Number(size), root: undefined, stream: rest, keys }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw noKeyRecords(`${error.message} (${error.code})`)
  }
}

const noKeyRecords = (why: string): VerifyUsageError =>
  new VerifyUsageError('OPTION_INVALID', `keys: not the key records of a ledger: ${why}`)

/** What a source is worth for one bundle. */
export type LaterJudgement =
  | { readonly result: 'used'; readonly size: number; readonly root: Uint8Array | undefined; readonly keys: Keys }
  | { readonly result: 'another-ledger' | 'unusable' | 'diverged'; readonly detail: string }

/**
 * Judges a source beside the bundle that it is to tell more about: it is of the same ledger, reaches at least as far, and
 * has the same key records as far as the bundle reaches.
 */
export function judgeLater(later: LaterKeys, documents: Documents): LaterJudgement {
  if ('refused' in later) return { result: 'unusable', detail: later.refused }
  const { manifest } = documents
  if (later.genesis !== manifest.genesis) {
    const detail = `the ${later.from} that tells of them is of another ledger, ${later.genesis}`
    return { result: later.from === 'ledger' ? 'another-ledger' : 'unusable', detail }
  }
  if (later.size < manifest.size)
    return { result: 'unusable', detail: `what tells of them ends at size ${later.size}, before this bundle` }
  const shared = later.stream.filter(({ position }) => position < manifest.size)
  const mine = keyRecordsOf(documents)
  const same =
    shared.length === mine.length &&
    shared.every(({ record, position }, i) => {
      return position === mine[i]!.position && equalBytes(record.leaf, mine[i]!.record.leaf)
    })
  const sameRoot = later.size > manifest.size || later.root === undefined || hex(later.root) === manifest.root
  if (!same || !sameRoot)
    return {
      result: 'diverged',
      detail: `the ${later.from} of size ${later.size} has other records below size ${manifest.size}`,
    }
  return { result: 'used', size: later.size, root: later.root, keys: later.keys }
}
