import { type Database, open, type RootDatabase } from 'lmdb'
import { ClyraError } from '../../errors/index.js'
import type { IndexBase, IndexedHead } from '../index/index-base.js'
import type { IndexLayer } from '../index/index-layer.js'
import type { LayerState } from '../index/layered-index.js'

type Table = Database<Buffer, Buffer>

/**
 * The stored index. Keys and values are bytes; positions and revisions take six of them, big-endian.
 *
 * ids: UUID(16) -> position; streams: name -> first, revision, position, leaf; positions: first, revision -> position;
 * nodes: path -> node of the heads map at the newest heads record; changed: name -> nothing, the streams since then;
 * meta: `state` -> through, heads position + 1, last leaf. `version` names this form; another one is not read.
 */
export class LmdbBase implements IndexBase {
  readonly #root: RootDatabase<Buffer, Buffer>
  readonly #ids: Table
  readonly #streams: Table
  readonly #positions: Table
  readonly #nodes: Table
  readonly #changed: Table
  readonly #meta: Table

  private constructor(root: RootDatabase<Buffer, Buffer>) {
    const table = (name: string) => root.openDB<Buffer, Buffer>({ name, keyEncoding: 'binary', encoding: 'binary' })
    this.#root = root
    this.#meta = table('meta')
    this.#ids = table('ids')
    this.#streams = table('streams')
    this.#positions = table('positions')
    this.#nodes = table('nodes')
    this.#changed = table('changed')
  }

  /** Throws INDEX_CORRUPT where there is none to read, or none of this form. */
  static open(path: string, readOnly: boolean): LmdbBase {
    let root: RootDatabase<Buffer, Buffer> | undefined
    try {
      root = open<Buffer, Buffer>({ path, readOnly, encoding: 'binary', keyEncoding: 'binary', maxDbs: 8 })
      const base = new LmdbBase(root)
      base.#checkVersion(readOnly)
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
    const state = this.#meta.get(STATE)
    return state === undefined ? 0 : state.readUIntBE(0, 6)
  }

  lastLeaf(): Uint8Array | undefined {
    const state = this.#meta.get(STATE)
    return state === undefined || state.readUIntBE(0, 6) === 0 ? undefined : Uint8Array.from(state.subarray(12, 44))
  }

  headsPosition(): number | undefined {
    const state = this.#meta.get(STATE)
    const plusOne = state === undefined ? 0 : state.readUIntBE(6, 6)
    return plusOne === 0 ? undefined : plusOne - 1
  }

  position(id: string): number | undefined {
    const value = this.#ids.get(idKey(id))
    return value === undefined ? undefined : value.readUIntBE(0, 6)
  }

  head(stream: string): IndexedHead | undefined {
    const value = this.#streams.get(Buffer.from(stream, 'latin1'))
    return value === undefined ? undefined : decodeHead(value)
  }

  positionsIn(first: number, from: number, limit: number): number[] {
    const found: number[] = []
    if (limit <= 0) return found
    const range = this.#positions.getRange({ start: positionKey(first, from), end: positionKey(first + 1, 0), limit })
    for (const { value } of range) found.push(value.readUIntBE(0, 6))
    return found
  }

  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: IndexedHead }[] {
    const found: { stream: string; head: IndexedHead }[] = []
    // The smallest key above a name is that name with a zero byte.
    const range = this.#streams.getRange({
      start: after === undefined ? Buffer.from([0]) : Buffer.from(`${after}\0`, 'latin1'),
      limit,
    })
    for (const { key, value } of range) found.push({ stream: key.toString('latin1'), head: decodeHead(value) })
    return found
  }

  node(path: string): Uint8Array | undefined {
    return this.#nodes.get(nodeKey(path))
  }

  changedStreams(): string[] {
    return [...this.#changed.getKeys()].map((key) => key.toString('latin1'))
  }

  /** Writes a layer in one transaction, off the event loop; the state of the index goes last. */
  async write(layer: IndexLayer, state: LayerState): Promise<void> {
    const gone = this.changedStreams().filter((stream) => !state.changed.has(stream))
    await this.#root.batch(() => {
      for (const [id, position] of layer.ids) void this.#ids.put(idKey(id), sixBytes(position))
      for (const [stream, { fromRevision, positions }] of layer.positions) {
        // Every stream with positions in the layer has its head there.
        const { first } = layer.heads.get(stream)!
        positions.forEach((position, i) => {
          void this.#positions.put(positionKey(first, fromRevision + i), sixBytes(position))
        })
      }
      for (const [stream, head] of layer.heads) void this.#streams.put(Buffer.from(stream, 'latin1'), encodeHead(head))
      for (const [path, node] of layer.nodes) {
        if (node === null) void this.#nodes.remove(nodeKey(path))
        else void this.#nodes.put(nodeKey(path), Buffer.from(node))
      }
      for (const stream of gone) void this.#changed.remove(Buffer.from(stream, 'latin1'))
      for (const stream of state.changed)
        if (layer.heads.has(stream)) void this.#changed.put(Buffer.from(stream, 'latin1'), NOTHING)
      void this.#meta.put(STATE, encodeState(layer, state))
    })
  }

  async reset(): Promise<void> {
    for (const table of [this.#ids, this.#streams, this.#positions, this.#nodes, this.#changed, this.#meta])
      await table.clearAsync()
    await this.#meta.put(VERSION, FORM)
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  #checkVersion(readOnly: boolean): void {
    const version = this.#meta.get(VERSION)
    if (version?.equals(FORM) === true) return
    if (version !== undefined || readOnly)
      throw new ClyraError('INDEX_CORRUPT', 'the index has a form that this release does not read')
    this.#meta.putSync(VERSION, FORM)
  }
}

const STATE = Buffer.from('state')
const VERSION = Buffer.from('version')
const FORM = Buffer.from('1')
/** LMDB's binding takes no empty value. */
const NOTHING = Buffer.from([1])

function sixBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6)
  bytes.writeUIntBE(value, 0, 6)
  return bytes
}

function idKey(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
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

function encodeHead({ first, revision, position, leaf }: IndexedHead): Buffer {
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

function encodeState(layer: IndexLayer, { headsPosition }: LayerState): Buffer {
  const bytes = Buffer.alloc(44)
  bytes.writeUIntBE(layer.through, 0, 6)
  bytes.writeUIntBE(headsPosition === undefined ? 0 : headsPosition + 1, 6, 6)
  if (layer.lastLeaf !== undefined) bytes.set(layer.lastLeaf, 12)
  return bytes
}
