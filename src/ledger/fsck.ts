import { equalBytes, fromHex, hex } from '../canonical/index.js'
import {
  isEventOf,
  isReservedStream,
  isReservedType,
  RecordReader,
  STREAM_OF_RESERVED_TYPE,
  type StoredEvent,
  streamStartValue,
} from '../events/index.js'
import { HeadsMap, leafHash } from '../merkle/index.js'
import type { CheckpointStore } from './checkpoint-store.js'
import { Findings, FirstFinding, type FsckResult } from './fsck-result.js'
import { TreeCheck } from './fsck-tree.js'
import { catchUp, type Genesis, parseGenesis } from './ledger-core.js'
import type { LedgerIndex } from './ledger-index.js'
import type { LogStore, StoredRecord } from './log-store.js'
import type { TileStore } from './tile-store.js'

export interface FsckPlaces {
  /** All records in order, as the backend's own check reads them; it puts what it finds into `findings` itself. */
  readonly records: (findings: Findings) => AsyncIterable<StoredRecord>
  /** For catching up an index that lags. */
  readonly store: LogStore
  readonly index: LedgerIndex
  readonly tiles: TileStore
  readonly checkpoints: CheckpointStore
}

interface Head {
  readonly revision: number
  readonly leaf: Uint8Array
  readonly position: number
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
  let checks: { readonly tree: TreeCheck; readonly chain: ChainCheck } | undefined
  let gap = false
  let next = 0
  for await (const record of places.records(findings)) {
    const { position, leaf, bytes } = record
    findings.counts.records++
    findings.counts.bytes += bytes.length
    if (!equalBytes(leafHash(bytes), leaf)) {
      const message = `the record at position ${position} does not have its leaf hash`
      findings.add('LOG_CORRUPT', `position ${position}`, message, position)
    }
    if (position === 0) checks = await beginChecks(places, findings, record)
    // After a gap the tree's leaves are no longer at their places.
    gap ||= position !== next
    next = position + 1
    if (checks === undefined) continue
    checks.chain.record(record)
    if (!gap) await checks.tree.record(leaf, bytes)
  }
  if (!gap) await checks?.tree.end()
  checks?.tree.checkKept(checks.chain.headsPositions)
  checks?.chain.end()
}

/** Without the genesis there is no key and no start of any stream: then only the files themselves are looked at. */
async function beginChecks(places: FsckPlaces, findings: Findings, first: StoredRecord) {
  let genesis: Genesis
  try {
    genesis = parseGenesis(first)
  } catch (error) {
    findings.addError(error, 'the genesis record', 0)
    return undefined
  }
  const tree = await TreeCheck.begin(findings, places.tiles, places.checkpoints, genesis.key)
  return { tree, chain: new ChainCheck(findings, genesis, await freshIndex(places, findings)) }
}

/** The stored index up to where it is, caught up in memory; undefined where it cannot be used, which is a finding. */
async function freshIndex({ store, index }: FsckPlaces, findings: Findings): Promise<LedgerIndex | undefined> {
  // In this order: a writer publishes records before it indexes them.
  const through = index.through()
  let size: number
  try {
    size = await store.head()
  } catch {
    findings.notes.push('the log cannot be opened as it is, so the index was not compared with it')
    return undefined
  }
  try {
    if (through > size) {
      findings.add('INDEX_CORRUPT', 'the index', `the index knows ${through} records, the log has ${size}`)
    }
    await catchUp({ store, index }, size)
    return index
  } catch (error) {
    if (error instanceof FirstFinding) throw error
    findings.addError(error, 'the index')
    return undefined
  }
}

/** Everything that one record says about the others. */
class ChainCheck {
  readonly #findings: Findings
  readonly #genesis: Genesis
  readonly #index: LedgerIndex | undefined
  readonly #heads = new Map<string, Head>()
  readonly #changed = new Set<string>()
  readonly #map = new HeadsMap()
  readonly #reader = new RecordReader()
  /** Of the heads records, in order. */
  readonly headsPositions: number[] = []
  #recordedat = ''
  /** Records that were looked at. */
  #next = 0

  constructor(findings: Findings, genesis: Genesis, index: LedgerIndex | undefined) {
    this.#findings = findings
    this.#genesis = genesis
    this.#index = index
  }

  record({ position, leaf, bytes }: StoredRecord): void {
    this.#next = position + 1
    let event: StoredEvent
    try {
      event = this.#reader.read(bytes)
    } catch (error) {
      this.#findings.addError(error, `position ${position}`, position)
      return
    }
    this.#checkPlace(event, position)
    this.#checkLink(event, position)
    if (isEventOf(event, 'dev.clyra.ledger.heads.v1')) this.#checkHeads(event.data, position)
    this.#checkIndex(event, position)
    this.#heads.set(event.stream, { revision: Number(event.revision), leaf, position })
    this.#changed.add(event.stream)
  }

  end(): void {
    this.#findings.counts.streams = this.#heads.size
    const index = this.#index
    if (index === undefined) return
    for (const [stream, { revision, leaf, position }] of this.#heads) {
      const head = index.head(stream)
      // A writer that is at work meanwhile has gone on.
      if (head !== undefined && head.position >= this.#next) continue
      if (head?.revision !== revision || head.position !== position || !equalBytes(head.leaf, leaf)) {
        this.#findings.add(
          'INDEX_CORRUPT',
          stream,
          `the index has another head for ${stream} than the log: revision ${head?.revision} instead of ${revision}`,
          position,
        )
      }
    }
    const map = index.headsMap()
    if (map !== undefined && map.position >= this.#next) return
    const newestHeads = this.headsPositions.at(-1)
    if (map?.position !== newestHeads) {
      this.#findings.add(
        'INDEX_CORRUPT',
        'the heads map',
        `the index holds the heads map of position ${map?.position}, the newest heads record is at ${newestHeads}`,
      )
    } else if (map !== undefined && !equalBytes(map.root, this.#map.root())) {
      this.#findings.add(
        'INDEX_CORRUPT',
        'the heads map',
        'the heads map of the index has another root than the log gives',
        map.position,
      )
    }
  }

  #checkPlace(event: StoredEvent, position: number): void {
    const { ledger, type, stream, recordedat } = event
    const where = `position ${position}`
    if (ledger !== this.#genesis.origin)
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `the record at position ${position} is of the ledger ${ledger}`,
        position,
      )
    const place: string | undefined = isReservedType(type)
      ? Object.entries(STREAM_OF_RESERVED_TYPE).find(([name]) => name === type)?.[1]
      : undefined
    if ((isReservedStream(stream) || isReservedType(type)) && place !== stream) {
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `the record at position ${position} is a ${type} in ${stream}, where it cannot be`,
        position,
      )
    }
    if (recordedat < this.#recordedat)
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `recordedat goes back at position ${position}, from ${this.#recordedat} to ${recordedat}`,
        position,
      )
    this.#recordedat = recordedat
  }

  #checkLink({ stream, revision, prev }: StoredEvent, position: number): void {
    const before = this.#heads.get(stream)
    const expected = (before?.revision ?? -1) + 1
    const start = position === 0 ? new Uint8Array(32) : streamStartValue(this.#genesis.identity, stream)
    if (revision !== String(expected)) {
      this.#findings.add(
        'LOG_CORRUPT',
        stream,
        `position ${position} holds revision ${revision} of ${stream} where ${expected} is next`,
        position,
      )
    } else if (prev !== hex(before?.leaf ?? start)) {
      this.#findings.add(
        'LOG_CORRUPT',
        stream,
        `the record at position ${position} is not chained to the one before it in ${stream}`,
        position,
      )
    }
  }

  #checkHeads({ size, root }: { readonly size: string; readonly root: string }, position: number): void {
    this.#findings.counts.heads++
    this.headsPositions.push(position)
    this.#map.update([...this.#changed].map((stream) => ({ stream, ...this.#heads.get(stream)! })))
    this.#changed.clear()
    if (size !== String(position))
      this.#findings.add(
        'TREE_DIVERGED',
        `position ${position}`,
        `the heads record at position ${position} states size ${size}`,
        position,
      )
    if (!equalBytes(this.#map.root(), fromHex(root))) {
      this.#findings.add(
        'TREE_DIVERGED',
        `position ${position}`,
        `the heads record at position ${position} states another root than the log gives`,
        position,
      )
    }
  }

  /** Where every id leads to its own position, no id is there twice. */
  #checkIndex({ id, stream, revision }: StoredEvent, position: number): void {
    const index = this.#index
    if (index === undefined) return
    const [found] = index.positionsOf([id])
    if (found !== position) {
      const why = found === undefined ? 'is not in the index' : `is at position ${found} in the index`
      this.#findings.add('INDEX_CORRUPT', id, `the event id ${id} at position ${position} ${why}`, position)
    }
    const [there] = index.positionsIn(stream, Number(revision), 1)
    if (there !== position) {
      this.#findings.add(
        'INDEX_CORRUPT',
        stream,
        `the index has revision ${revision} of ${stream} at position ${there}, the log at ${position}`,
        position,
      )
    }
    this.#findings.counts.indexed++
  }
}
