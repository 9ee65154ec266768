import { equalBytes } from '../canonical/index.js'
import { leafHash } from '../merkle/index.js'
import {
  type CheckpointStore,
  isPending,
  type LedgerIndex,
  type LocalIndex,
  type LogStore,
  type StoredRecord,
  type TileStore,
} from '../ports/index.js'
import { ChainCheck, type ComparedIndex } from './fsck-chain.js'
import { Findings, FirstFinding, type FsckResult } from './fsck-result.js'
import { TreeCheck } from './fsck-tree.js'
import { IndexFeed } from './index-feed.js'
import { type Genesis, parseGenesis } from './ledger-core.js'
import { HashedRecord } from './verified-record.js'

export interface FsckPlaces {
  /** All records in order, as the backend's own check reads them; it puts what it finds into `findings` itself. */
  readonly records: (findings: Findings) => AsyncIterable<StoredRecord>
  /** For catching up an index that lags. */
  readonly store: LogStore
  readonly index: LedgerIndex
  readonly tiles: TileStore
  readonly checkpoints: CheckpointStore
  /** Whether a writer has gone on since `records` was asked how far the log goes. */
  readonly grown?: () => Promise<boolean>
}

/**
 * Reads a ledger anew, every record, and compares everything that is derived from it: chain, ids, reserved types,
 * `recordedat`, tree, tiles, checkpoints, heads roots, index. Nothing is written. The first finding ends it, unless
 * `all`.
 */
export async function fsckLedger(places: FsckPlaces, all: boolean): Promise<FsckResult> {
  const findings = new Findings(all)
  try {
    await check(places, findings)
  } catch (error) {
    if (!(error instanceof FirstFinding)) throw error
  }
  return findings.result()
}

async function check(places: FsckPlaces, findings: Findings): Promise<void> {
  let checks: Checks | undefined
  let next = 0
  for await (const record of places.records(findings)) {
    const { position, leaf, bytes } = record
    findings.counts.records++
    findings.counts.bytes += bytes.length
    if (HashedRecord.leafHexOf(record) === undefined && !equalBytes(leafHash(bytes), leaf)) {
      const message = `the record at position ${position} does not have its leaf hash`
      findings.add('LOG_CORRUPT', `position ${position}`, message, position)
    }
    checks ??= await beginChecks(places, findings, record)
    // The same position again: told by whoever read it, and nothing that follows can be compared with it.
    if (position < next) continue
    if (position > next) {
      checks.chain.gap(next, position)
      await checks.tree.gap(next, position)
    }
    next = position + 1
    checks.chain.record(record)
    await checks.tree.record(leaf, bytes)
  }
  checks ??= await beginChecks(places, findings, undefined)
  await checks.tree.end((await places.grown?.()) === true)
  checks.tree.checkKept(checks.chain.headsPositions)
  checks.chain.end()
}

interface Checks {
  readonly tree: TreeCheck
  readonly chain: ChainCheck
}

/** `first`: the first record that can be read. Without the genesis there is no key and no start of any stream. */
async function beginChecks(places: FsckPlaces, findings: Findings, first: StoredRecord | undefined): Promise<Checks> {
  const genesis = genesisOf(findings, first)
  if (genesis === undefined)
    findings.notes.push('without the genesis record the signatures of checkpoints could not be verified')
  const tree = await TreeCheck.begin(findings, places.tiles, places.checkpoints, genesis?.key)
  return { tree, chain: new ChainCheck(findings, genesis, await comparedIndex(places, findings)) }
}

function genesisOf(findings: Findings, first: StoredRecord | undefined): Genesis | undefined {
  if (first?.position !== 0) return undefined
  try {
    return parseGenesis(first)
  } catch (error) {
    findings.addError(error, 'the genesis record', 0)
    return undefined
  }
}

/**
 * The stored index, caught up in memory; as it lies where the log cannot be opened; undefined where it cannot be used,
 * which is a finding.
 */
async function comparedIndex({ store, index }: FsckPlaces, findings: Findings): Promise<ComparedIndex | undefined> {
  try {
    // In this order: a writer publishes records before it indexes them.
    const through = index.through()
    if (isPending(through)) {
      await through
      findings.notes.push('the index does not lie in this process; it is derived, and was not compared')
      return undefined
    }
    // Holds: an index that answers one question at once answers all of them so.
    const local = index as LocalIndex
    const size = await store.head().catch(() => undefined)
    if (size === undefined) {
      findings.notes.push('the log cannot be opened as it is, so the index was compared as far as it lies')
      return { index: local, through }
    }
    if (through > size) {
      findings.add('INDEX_CORRUPT', 'the index', `the index knows ${through} records, the log has ${size}`)
    }
    await new IndexFeed({ store, index }).catchUp(size)
    return { index: local, through: Number.POSITIVE_INFINITY }
  } catch (error) {
    if (error instanceof FirstFinding) throw error
    findings.addError(error, 'the index')
    return undefined
  }
}
