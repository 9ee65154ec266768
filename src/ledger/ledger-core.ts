import { equalBytes, fromHex } from '../canonical/index.js'
import { parseVkey, type Vkey, vkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import {
  type EventRegistry,
  isEventOf,
  type LedgerRecord,
  parseAdmitted,
  parseRecord,
  RecordReader,
} from '../events/index.js'
import type {
  CheckpointStore,
  KeyRing,
  LedgerIndex,
  LogStore,
  SealMemory,
  StoredRecord,
  TileStore,
} from '../ports/index.js'
import { type FoldedHeads, foldHeads } from './fold-heads.js'
import { IndexFeed } from './index-feed.js'
import type { EventFilter, RecordView } from './ledger-reader.js'
import { openCheckpoint, type Sealed } from './signed-checkpoint.js'
import { HashedRecord, VerifiedRecord } from './verified-record.js'

/** Everything a ledger stands on. */
export interface LedgerPorts {
  readonly store: LogStore
  readonly index: LedgerIndex
  readonly tiles: TileStore
  readonly checkpoints: CheckpointStore
  readonly keys: KeyRing
  /** Outside of everything above; without one nothing is remembered and nothing compared. */
  readonly memory?: SealMemory | undefined
}

/** What the genesis record says. */
export interface Genesis {
  readonly origin: string
  /** The genesis leaf. */
  readonly identity: Uint8Array
  /** The ledger's key under its origin. */
  readonly key: Vkey
}

/** Reads position 0. Rejects with LEDGER_NOT_FOUND, FORMAT_TOO_NEW, LOG_CORRUPT. */
export async function readGenesis(store: LogStore): Promise<Genesis> {
  const [record] = await store.read({ from: 0, limit: 1 })
  if (record !== undefined) return parseGenesis(record)
  throw new ClyraError('LEDGER_NOT_FOUND', 'the log is empty: there is no ledger yet')
}

/** What the record at position 0 says. Throws FORMAT_TOO_NEW, LOG_CORRUPT. */
export function parseGenesis(record: StoredRecord): Genesis {
  const event = parseRecord(record.bytes)
  if (!event.type.startsWith('dev.clyra.ledger.genesis.')) {
    throw new ClyraError('LOG_CORRUPT', `position 0 holds ${event.type}, not a genesis record`, {
      details: { position: 0 },
    })
  }
  if (!isEventOf(event, 'dev.clyra.ledger.genesis.v1') || event.data.format !== 'clyra.ledger/1') {
    throw new ClyraError('FORMAT_TOO_NEW', `the ledger was made by a newer release (${event.type})`, {
      details: { type: event.type },
    })
  }
  const key = event.data.keys.find(({ purpose }) => purpose === 'ledger')
  if (key === undefined)
    throw new ClyraError('LOG_CORRUPT', 'the genesis record names no ledger key', { details: { position: 0 } })
  const { origin } = event.data
  return {
    origin,
    identity: record.leaf,
    key: parseVkey(vkey(origin, { algorithm: key.alg, publicKey: fromHex(key.public) })),
  }
}

/** What readers and the writer of a ledger share. */
export class LedgerCore {
  readonly ports: LedgerPorts
  readonly genesis: Genesis
  readonly registry: EventRegistry
  /** The way of records into the index. */
  readonly feed: IndexFeed
  readonly #reader = new RecordReader()
  #checkpoint: Sealed | undefined
  #folded: { readonly position: number; readonly heads: Promise<FoldedHeads> } | undefined

  constructor(ports: LedgerPorts, genesis: Genesis, registry: EventRegistry) {
    this.ports = ports
    this.feed = new IndexFeed(ports)
    this.genesis = genesis
    this.registry = registry
  }

  /** Brings the index up to the durable end of the log, and gives that size. */
  async refresh(): Promise<number> {
    const head = await this.ports.store.head()
    await this.feed.catchUp(head)
    return head
  }

  /** An old heads map is costly to make and usually asked for several streams in a row: the last one is kept. */
  headsAt(position: number): Promise<FoldedHeads> {
    if (this.#folded?.position === position) return this.#folded.heads
    const folded = { position, heads: foldHeads(this.ports.store, position) }
    this.#folded = folded
    // What failed once may work the next time.
    folded.heads.catch(() => {
      if (this.#folded === folded) this.#folded = undefined
    })
    return folded.heads
  }

  /** A record as folds get it: parsed, in the newest version of its type. Throws LOG_CORRUPT where its leaf is wrong. */
  record(stored: StoredRecord): VerifiedRecord {
    const { bytes } = stored
    const event = HashedRecord.isAdmitted(stored) ? parseAdmitted(bytes) : this.#reader.read(bytes)
    return VerifiedRecord.of(stored, this.registry.upcast(event))
  }

  /** A filter in the words of the records that it is held against: types in their newest version. */
  newestTypes(filter: EventFilter | undefined): EventFilter | undefined {
    if (filter?.types === undefined) return filter
    return { ...filter, types: filter.types.map((type) => this.registry.newest(type)) }
  }

  /** A record as the public API shows it, in the newest version of its type. */
  view(stored: StoredRecord): RecordView {
    return viewOf(this.record(stored))
  }

  /** Records at these positions, in the order given; neighbours are read together. */
  async at(positions: readonly number[]): Promise<StoredRecord[]> {
    const found: StoredRecord[] = []
    while (found.length < positions.length) {
      const first = positions[found.length]!
      let count = 1
      while (positions[found.length + count] === first + count) count++
      const records = await this.ports.store.read({ from: first, limit: count })
      if (records.length === 0)
        throw new ClyraError('LOG_CORRUPT', `the log has no record at position ${first}`, {
          details: { position: first },
        })
      for (const record of records) found.push(record)
    }
    return found
  }

  /** The newest published checkpoint, verified; undefined before the first. */
  async published(): Promise<Sealed | undefined> {
    const note = await this.ports.tiles.read('checkpoint')
    if (note === undefined) return undefined
    if (this.#checkpoint === undefined || !equalBytes(this.#checkpoint.note, note)) {
      this.#checkpoint = openCheckpoint(note, this.genesis.key, 'the published tree')
    }
    return this.#checkpoint
  }

  /** The checkpoint kept at a heads size, verified. */
  async kept(size: number): Promise<Sealed | undefined> {
    const note = await this.ports.checkpoints.kept(size)
    if (note === undefined) return undefined
    const kept = openCheckpoint(note, this.genesis.key, `the checkpoint kept at ${size}`)
    if (kept.size !== size)
      throw new ClyraError('TREE_DIVERGED', `a checkpoint of ${kept.size} is kept as ${size}`, { details: { size } })
    return kept
  }
}

/** The public form of a record. */
export function viewOf({ position, leaf, bytes, event }: LedgerRecord): RecordView {
  return {
    position: BigInt(position),
    leaf,
    bytes,
    event,
    type: event.type,
    stream: event.stream,
    revision: BigInt(event.revision),
  }
}

/**
 * An index that is ahead of the log, or of another log, is forgotten; it is derived. In this order, beside a writer who goes
 * on meanwhile: the index is asked once, and then the log, which has every record before the index has it.
 */
export async function discardForeignIndex(
  { store, index }: LedgerPorts,
  onWarning: (message: string) => void,
): Promise<void> {
  const last = await index.last()
  if (last === undefined) return
  const { position, leaf } = last
  const [record] = position < (await store.head()) ? await store.read({ from: position, limit: 1 }) : []
  if (record !== undefined && equalBytes(record.leaf, leaf)) return
  onWarning('the index does not belong to this log; it is built again')
  await index.reset()
}
