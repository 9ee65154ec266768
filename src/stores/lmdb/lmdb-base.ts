import { open, type RootDatabase, TransactionFlags } from 'lmdb'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import {
  expandRuns,
  HEAD_NUMBERS,
  ID_BYTES,
  type IndexBase,
  type IndexedHead,
  NODE_BYTES,
  type PackedLayer,
  writeId,
} from '../index/index.js'
import { decodeDirectory, encodeDirectory, IdRuns, NO_RUNS, type RunDirectory } from './id-runs.js'
import { checkFiles } from './lmdb-files.js'
import { collect, damagedIndex, get, type Table } from './lmdb-table.js'

/**
 * The stored index. Keys and values are bytes; positions and revisions take six of them, big-endian.
 *
 * ids: see `IdRuns`; streams: name -> first, revision, position, leaf; positions: first, revision -> runs of positions from
 * that revision on, each a position and how many follow each other (6 and 4 bytes); nodes: path -> node of the heads map
 * at the newest heads record; changed: name -> nothing, the streams since then; meta: `state` -> through, heads position
 * + 1, last leaf, the directory of the runs of ids. `version` names this form; another one is not read.
 */
export class LmdbBase implements IndexBase {
  readonly #root: RootDatabase<Buffer, Buffer>
  readonly #idTable: Table
  readonly #ids: IdRuns
  readonly #streams: Table
  readonly #positions: Table
  readonly #nodes: Table
  readonly #changed: Table
  readonly #meta: Table

  private constructor(root: RootDatabase<Buffer, Buffer>, writes: boolean) {
    const table = (name: string) => root.openDB<Buffer, Buffer>({ name, keyEncoding: 'binary', encoding: 'binary' })
    this.#root = root
    this.#meta = table('meta')
    this.#idTable = table('ids')
    this.#ids = new IdRuns(this.#idTable, writes)
    this.#streams = table('streams')
    this.#positions = table('positions')
    this.#nodes = table('nodes')
    this.#changed = table('changed')
  }

  /** Throws INDEX_CORRUPT where there is none to read, or none of this form. */
  static open(path: string, readOnly: boolean): LmdbBase {
    let root: RootDatabase<Buffer, Buffer> | undefined
    checkFiles(path, readOnly)
    try {
      root = open<Buffer, Buffer>({ path, readOnly, encoding: 'binary', keyEncoding: 'binary', maxDbs: 8 })
      const base = new LmdbBase(root, !readOnly)
      base.#checkVersion(readOnly)
      // After a failed commit LMDB refuses every read; it is asked once here.
      base.through()
      return base
    } catch (error) {
      void root?.close()
      if (error instanceof ClyraError) throw error
      throw new ClyraError(
        'INDEX_CORRUPT',
        `the index at ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
        {
          details: { path },
          cause: error,
        },
      )
    }
  }

  through(): number {
    const state = get(this.#meta, STATE)
    return state === undefined ? 0 : state.readUIntBE(0, 6)
  }

  lastLeaf(): Uint8Array | undefined {
    const state = get(this.#meta, STATE)
    return state === undefined || state.readUIntBE(0, 6) === 0 ? undefined : Uint8Array.from(state.subarray(12, 44))
  }

  headsPosition(): number | undefined {
    const state = get(this.#meta, STATE)
    const plusOne = state === undefined ? 0 : state.readUIntBE(6, 6)
    return plusOne === 0 ? undefined : plusOne - 1
  }

  positions(ids: readonly string[]): (number | undefined)[] {
    const directory = this.#directory()
    const bytes = new Uint8Array(ID_BYTES)
    return ids.map((id) => {
      writeId(id, bytes, 0)
      return this.#ids.position(directory, bytes)
    })
  }

  /** Stored ids in parts, in an order in which none is missed while others are being stored; see `IdRuns`. */
  idsAfter(key: Buffer | undefined, limit: number): { readonly key: Buffer; readonly entries: Uint8Array }[] {
    return this.#ids.chunksAfter(key, limit)
  }

  /** How many stored ids have to be moved to store so many more. */
  mergeAhead(count: number): number {
    return this.#ids.mergeAhead(this.#directory(), count)
  }

  head(stream: string): IndexedHead | undefined {
    const value = get(this.#streams, Buffer.from(stream, 'latin1'))
    return value === undefined ? undefined : decodeHead(value)
  }

  positionsIn(first: number, from: number, limit: number): number[] {
    if (limit <= 0) return []
    const [before] = collect(
      this.#positions.getKeys({ start: positionKey(first, from), reverse: true, limit: 1 }),
      (key) => key,
    )
    if (before === undefined || before.readUIntBE(0, 6) !== first) return []
    const found: number[] = []
    for (let start = before; found.length < limit; ) {
      const parts = collect(
        this.#positions.getRange({ start, end: positionKey(first + 1, 0), limit: PARTS_AT_ONCE }),
        (one) => one,
      )
      for (const { key, value } of parts) {
        const skip = Math.max(0, from + found.length - key.readUIntBE(6, 6))
        for (const position of expandRuns(decodeRuns(value), skip, limit - found.length)) found.push(position)
      }
      const last = parts[parts.length - 1]
      if (last === undefined || parts.length < PARTS_AT_ONCE) return found
      start = Buffer.concat([last.key, Buffer.alloc(1)])
    }
    return found
  }

  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: IndexedHead }[] {
    // The smallest key above a name is that name with a zero byte.
    const range = this.#streams.getRange({
      start: after === undefined ? Buffer.from([0]) : Buffer.from(`${after}\0`, 'latin1'),
      limit,
    })
    return collect(range, ({ key, value }) => ({ stream: key.toString('latin1'), head: decodeHead(value) }))
  }

  node(path: string): Uint8Array | undefined {
    return get(this.#nodes, nodeKey(path))
  }

  changedStreams(): string[] {
    return collect(this.#changed.getKeys(), (key) => key.toString('latin1'))
  }

  /**
   * Writes a layer in one transaction, the state of the index last. Synchronous: the binding's asynchronous commits
   * answer a full disk with a rejection that nobody can catch. The flush to the device follows in the background.
   * `assertHeld` is asked once no other process can write. Throws what it throws, DISK_FULL, IO_FAILED.
   */
  write(layer: PackedLayer, assertHeld: () => void = () => undefined): void {
    const gone = layer.changed === undefined ? [] : this.changedStreams()
    try {
      this.#root.transactionSync(() => {
        assertHeld()
        this.#put(layer, gone)
      }, COMMIT_NOW_FLUSH_LATER)
    } catch (error) {
      throw storeFailed(error)
    }
  }

  /** Lets the next read see what another thread has stored, even within this turn of the event loop. */
  reread(): void {
    this.#root.resetReadTxn()
  }

  #put(layer: PackedLayer, gone: readonly string[]): void {
    const { paths, nodes } = layer
    const directory = this.#ids.add(this.#directory(), layer.ids, layer.from)
    this.#putStreams(layer)
    for (let i = 0; i < paths.length; i++)
      this.#nodes.putSync(nodeKey(paths[i]!), bufferOf(nodes, NODE_BYTES * i, NODE_BYTES))
    for (const stream of gone) this.#changed.removeSync(Buffer.from(stream, 'latin1'))
    for (const stream of layer.changed ?? layer.streams) this.#changed.putSync(Buffer.from(stream, 'latin1'), NOTHING)
    this.#meta.putSync(STATE, encodeState(layer, directory))
  }

  #putStreams({ streams, heads, leaves, positions }: PackedLayer): void {
    let at = 0
    for (let i = 0; i < streams.length; i++) {
      const number = (k: number) => heads[HEAD_NUMBERS * i + k]!
      const first = number(0)
      this.#streams.putSync(
        Buffer.from(streams[i]!, 'latin1'),
        encodeHead(first, number(1), number(2), leaves.subarray(32 * i, 32 * i + 32)),
      )
      this.#putPositions(first, number(3), positions.subarray(at, at + number(4)))
      at += number(4)
    }
  }

  #putPositions(first: number, fromRevision: number, runs: Float64Array): void {
    let revision = fromRevision
    for (let i = 0; i < runs.length; i += 2 * MOST_RUNS) {
      const part = runs.subarray(i, i + 2 * MOST_RUNS)
      this.#positions.putSync(positionKey(first, revision), encodeRuns(part))
      for (let k = 1; k < part.length; k += 2) revision += part[k]!
    }
  }

  #directory(): RunDirectory {
    const state = get(this.#meta, STATE)
    return state === undefined ? NO_RUNS : decodeDirectory(state.subarray(STATE_BYTES))
  }

  /** In one transaction: half of a forgotten index would know ids that the log does not have. */
  async reset(): Promise<void> {
    this.#ids.forget()
    this.#root.transactionSync(() => {
      for (const table of [this.#idTable, this.#streams, this.#positions, this.#nodes, this.#changed, this.#meta])
        table.clearSync()
      this.#meta.putSync(VERSION, FORM)
    })
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  #checkVersion(readOnly: boolean): void {
    const version = get(this.#meta, VERSION)
    if (version?.equals(FORM) === true) return
    if (version !== undefined || readOnly)
      throw new ClyraError('INDEX_CORRUPT', 'the index has a form that this release does not read')
    this.#meta.putSync(VERSION, FORM)
  }
}

const COMMIT_NOW_FLUSH_LATER = TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH

/** The binding gives errno as a number. */
function storeFailed(error: unknown): ClyraError {
  if (error instanceof Error && 'code' in error && error.code === 28) {
    return new ClyraError('DISK_FULL', 'the index cannot be stored: the disk is full', { cause: error })
  }
  return fromSystemError(error, 'store the index')
}

const STATE = Buffer.from('state')
const VERSION = Buffer.from('version')
const FORM = Buffer.from('2')
/** LMDB's binding takes no empty value. */
const NOTHING = Buffer.from([1])

/** Runs of positions in one value: as many as fill a page. */
const MOST_RUNS = 400
const RUN_BYTES = 10
/** Values that are read in one go. */
const PARTS_AT_ONCE = 64

function encodeRuns(runs: Float64Array): Buffer {
  const bytes = Buffer.allocUnsafe((runs.length / 2) * RUN_BYTES)
  for (let i = 0; i < runs.length; i += 2) {
    const at = (i / 2) * RUN_BYTES
    bytes.writeUIntBE(runs[i]!, at, 6)
    bytes.writeUInt32BE(runs[i + 1]!, at + 6)
  }
  return bytes
}

function decodeRuns(bytes: Buffer): number[] {
  if (bytes.length % RUN_BYTES !== 0) throw damagedIndex(`a part of its positions has ${bytes.length} bytes`)
  const runs: number[] = []
  for (let at = 0; at < bytes.length; at += RUN_BYTES) runs.push(bytes.readUIntBE(at, 6), bytes.readUInt32BE(at + 6))
  return runs
}

function bufferOf(bytes: Uint8Array<ArrayBuffer>, at: number, length: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length)
}

function positionKey(first: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(12)
  key.writeUIntBE(first, 0, 6)
  key.writeUIntBE(revision, 6, 6)
  return key
}

/** A key must not be empty, and the root's path is. */
function nodeKey(path: string): Buffer {
  return Buffer.from(`/${path}`, 'latin1')
}

function encodeHead(first: number, revision: number, position: number, leaf: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(50)
  bytes.writeUIntBE(first, 0, 6)
  bytes.writeUIntBE(revision, 6, 6)
  bytes.writeUIntBE(position, 12, 6)
  bytes.set(leaf, 18)
  return bytes
}

function decodeHead(bytes: Buffer): IndexedHead {
  return {
    first: bytes.readUIntBE(0, 6),
    revision: bytes.readUIntBE(6, 6),
    position: bytes.readUIntBE(12, 6),
    leaf: Uint8Array.from(bytes.subarray(18, 50)),
  }
}

/** Without the directory that follows. */
const STATE_BYTES = 44

function encodeState({ through, headsPosition, lastLeaf }: PackedLayer, directory: RunDirectory): Buffer {
  const bytes = Buffer.alloc(STATE_BYTES)
  bytes.writeUIntBE(through, 0, 6)
  bytes.writeUIntBE(headsPosition === undefined ? 0 : headsPosition + 1, 6, 6)
  if (lastLeaf !== undefined) bytes.set(lastLeaf, 12)
  return Buffer.concat([bytes, encodeDirectory(directory)])
}
