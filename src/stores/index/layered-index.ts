import { equalBytes, hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import { HeadsMap, type HeadsNodeStore } from '../../merkle/index.js'
import type { HeadsMapView, IndexedRecord, LocalIndex, StreamHead } from '../../ports/index.js'
import { ID_BYTES } from './id-run.js'
import { EMPTY_BASE, type IndexBase, type IndexedHead } from './index-base.js'
import { expandRuns, IndexLayer, writeId } from './index-layer.js'

/**
 * Stores a layer on top of the base; resolves when the base shows it. `unstored`: all layers at the time of the call that
 * are in no base yet, this one among them.
 */
export type LayerWriter = (layer: IndexLayer, state: LayerState, unstored: () => readonly IndexLayer[]) => Promise<void>

/** What goes with a layer that is not in it. */
export interface LayerState {
  readonly headsPosition: number | undefined
  /** The streams changed since the newest heads record, all of them. */
  readonly changed: ReadonlySet<string>
}

/** What may know without a look at the base that an id is new. Ids are the 16 bytes of a UUID. */
export interface SeenIds {
  /** False: the id is neither in the base nor was it noted. */
  mayHave(id: Uint8Array): boolean
  note(id: Uint8Array): void
}

export interface LayeredIndexOptions {
  readonly base?: IndexBase
  readonly seen?: SeenIds
  /** Absent: layers stay in memory (an index in memory, or a reader's). */
  readonly write?: LayerWriter
  readonly reset?: () => Promise<void>
  readonly close?: () => Promise<void>
  /** Records that may wait in memory until a layer is written. */
  readonly layerRecords?: number
  /** Milliseconds that a smaller layer may wait. */
  readonly layerMs?: number
}

/**
 * The index of every store: a stored base and, on top of it, what is not stored yet. Lookups go from the newest layer
 * down. With a `write` the newest layer is stored behind the log in large steps; the layer that is being written stays
 * readable until the base has it. Without one a base that another process moves on takes over as soon as it has
 * everything that is in memory here.
 *
 * The heads map is stored as of the newest heads record. What changed since is a set of streams, folded in when the
 * next heads record is applied or its root is asked for.
 */
export class LayeredIndex implements LocalIndex {
  #base: IndexBase
  readonly #options: LayeredIndexOptions
  #current: IndexLayer
  #writing: { readonly layer: IndexLayer; readonly done: Promise<void> } | undefined
  #changed: Set<string>
  #headsPosition: number | undefined
  #next: { readonly through: number; readonly root: Uint8Array; readonly nodes: ScratchNodes } | undefined
  #timer: NodeJS.Timeout | undefined
  #failed: unknown
  /** The id that is being looked at. */
  readonly #id = new Uint8Array(ID_BYTES)

  constructor(options: LayeredIndexOptions = {}) {
    this.#options = options
    this.#base = options.base ?? EMPTY_BASE
    this.#current = new IndexLayer(this.#base.through())
    this.#changed = new Set(this.#base.changedStreams())
    this.#headsPosition = this.#base.headsPosition()
  }

  through(): number {
    this.#followBase()
    return this.#current.through
  }

  lastLeaf(): Uint8Array | undefined {
    this.#followBase()
    return this.#current.lastLeaf ?? this.#writing?.layer.lastLeaf ?? this.#base.lastLeaf()
  }

  positionsOf(ids: readonly string[]): (number | undefined)[] {
    this.#followBase()
    const { seen } = this.#options
    const positions = new Array<number | undefined>(ids.length).fill(undefined)
    const asked: number[] = []
    for (let i = 0; i < ids.length; i++) {
      writeId(ids[i]!, this.#id, 0)
      if (seen?.mayHave(this.#id) === false) continue
      positions[i] = this.#current.positionOf(this.#id) ?? this.#writing?.layer.positionOf(this.#id)
      if (positions[i] === undefined) asked.push(i)
    }
    if (asked.length === 0) return positions
    this.#base.positions(asked.map((i) => ids[i]!)).forEach((position, k) => {
      positions[asked[k]!] = this.#below(position)
    })
    return positions
  }

  head(stream: string): StreamHead | undefined {
    this.#followBase()
    return this.#head(stream)
  }

  positionsIn(stream: string, fromRevision: number, limit: number): number[] {
    this.#followBase()
    const found: number[] = []
    const take = (layer: IndexLayer | undefined) => {
      const there = layer?.positions.get(stream)
      if (there === undefined) return
      // The base may already hold (a part of) what the layer holds: only what follows is taken.
      const start = Math.max(0, fromRevision + found.length - there.fromRevision)
      for (const position of expandRuns(there.runs, start, limit - found.length)) found.push(position)
    }
    const base = this.#base.head(stream)
    if (base !== undefined && base.revision >= fromRevision) {
      for (const position of this.#base.positionsIn(base.first, fromRevision, limit)) found.push(position)
    }
    take(this.#writing?.layer)
    take(this.#current)
    return found
  }

  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: StreamHead }[] {
    this.#followBase()
    const found = new Map<string, IndexedHead>()
    for (const { stream, head } of this.#base.streams(after, limit)) found.set(stream, head)
    for (const layer of [this.#writing?.layer, this.#current]) {
      for (const [stream, head] of layer?.heads ?? [])
        if (after === undefined || stream > after) found.set(stream, head)
    }
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([stream, head]) => ({ stream, head }))
  }

  apply(records: readonly IndexedRecord[]): Promise<void> {
    try {
      this.#followBase()
      this.#assertDense(records)
      for (let i = 0; i < records.length; ) i = this.#applyStretch(records, i)
      return this.#ready()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  headsRoot(): Uint8Array {
    this.#followBase()
    return this.#foldChanged().root
  }

  headsMap(): HeadsMapView | undefined {
    this.#followBase()
    const position = this.#headsPosition
    if (position === undefined) return undefined
    const map = new HeadsMap(this.#nodes())
    return {
      position,
      root: map.root(),
      prove: (stream) => {
        if (this.#headsPosition === position) return map.prove(stream)
        throw new ClyraError('NOT_SEALED', `the heads map has moved on from position ${position}; ask again`)
      },
    }
  }

  async flush(): Promise<void> {
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed
      if (this.#options.write === undefined) return
      if (this.#writing !== undefined) await this.#writing.done
      else if (this.#current.size > 0) this.#startWriting()
      else return
    }
  }

  async reset(): Promise<void> {
    this.#stopTimer()
    await this.#writing?.done
    this.#writing = undefined
    if (this.#options.reset !== undefined) await this.#options.reset()
    else this.#base = EMPTY_BASE
    this.#current = new IndexLayer(0)
    this.#changed = new Set()
    this.#headsPosition = undefined
    this.#next = undefined
  }

  async close(): Promise<void> {
    this.#stopTimer()
    try {
      await this.flush()
    } finally {
      await this.#options.close?.()
    }
  }

  #head(stream: string): IndexedHead | undefined {
    return this.#current.heads.get(stream) ?? this.#writing?.layer.heads.get(stream) ?? this.#base.head(stream)
  }

  /** Only what this handle has seen: a reader's base may already be further. */
  #below(position: number | undefined): number | undefined {
    return position !== undefined && position < this.#current.through ? position : undefined
  }

  #followBase(): void {
    if (this.#options.write !== undefined || this.#base.through() <= this.#current.through) return
    this.#current = new IndexLayer(this.#base.through())
    this.#changed = new Set(this.#base.changedStreams())
    this.#headsPosition = this.#base.headsPosition()
    this.#next = undefined
  }

  #assertDense(records: readonly IndexedRecord[]): void {
    let expected = this.#current.through
    for (const { position } of records) {
      if (position !== expected++) {
        throw new ClyraError(
          'INDEX_CORRUPT',
          `the index is at ${expected - 1} records and cannot take position ${position}`,
          {
            details: { through: expected - 1, position },
          },
        )
      }
    }
  }

  /** Applies records of one stream that follow each other in the log: a lookup for all of them. Returns where they end. */
  #applyStretch(records: readonly IndexedRecord[], start: number): number {
    const record = records[start]!
    const { stream, position, revision } = record
    const before = revision === 0 ? undefined : this.#head(stream)
    let end = start
    do {
      if (records[end]!.revision !== (before?.revision ?? -1) + 1 + end - start) throw revisionSkipped(records[end]!)
      end++
      // A heads record is of the state before it.
    } while (records[end]?.stream === stream && records[end]!.headsRoot === undefined)
    if (record.headsRoot !== undefined) this.#applyHeads(record, record.headsRoot)
    for (let i = start; i < end; i++) {
      writeId(records[i]!.id, this.#id, 0)
      this.#current.addId(this.#id)
      this.#options.seen?.note(this.#id)
    }
    const last = records[end - 1]!
    this.#current.add(last, revision, before?.first ?? position)
    this.#changed.add(stream)
    // A fold that was asked for is of the state before these records.
    this.#next = undefined
    return end
  }

  #applyHeads(record: IndexedRecord, stated: Uint8Array): void {
    const { root, nodes } = this.#foldChanged()
    if (!equalBytes(root, stated)) {
      throw new ClyraError('TREE_DIVERGED', `the heads record at position ${record.position} states another root`, {
        details: { position: record.position, stated: hex(stated), computed: hex(root) },
      })
    }
    for (const [path, node] of nodes.changed) this.#current.nodes.set(path, node)
    this.#changed.clear()
    this.#headsPosition = record.position
  }

  #foldChanged(): { readonly root: Uint8Array; readonly nodes: ScratchNodes } {
    if (this.#next?.through === this.#current.through) return this.#next
    const nodes = new ScratchNodes(this.#nodes())
    const map = new HeadsMap(nodes)
    map.update(
      [...this.#changed].map((stream) => {
        // A changed stream has a record, hence a head.
        const { revision, leaf } = this.#head(stream)!
        return { stream, revision, leaf }
      }),
    )
    this.#next = { through: this.#current.through, root: map.root(), nodes }
    return this.#next
  }

  #nodes(): HeadsNodeStore {
    return {
      get: (path) => {
        const known =
          this.#current.nodes.get(path) ?? (this.#current.nodes.has(path) ? null : this.#writing?.layer.nodes.get(path))
        if (known !== undefined) return known ?? undefined
        return this.#base.node(path)
      },
      set: readOnlyMap,
      delete: readOnlyMap,
    }
  }

  #ready(): Promise<void> {
    // After a failed write everything stays in memory; `flush` tells.
    if (this.#options.write === undefined || this.#failed !== undefined) return Promise.resolve()
    if (this.#current.size < this.#limit) {
      this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.layerMs ?? 500).unref()
      return Promise.resolve()
    }
    if (this.#writing === undefined) {
      this.#startWriting()
      return Promise.resolve()
    }
    return this.#current.size < MOST_WAITING * this.#limit ? Promise.resolve() : this.#writing.done
  }

  get #limit(): number {
    return this.#options.layerRecords ?? 1024
  }

  #startWriting(): void {
    this.#stopTimer()
    const { write } = this.#options
    if (write === undefined || this.#writing !== undefined || this.#current.size === 0) return
    const layer = this.#current
    const next = new IndexLayer(layer.through)
    next.lastLeaf = layer.lastLeaf
    this.#current = next
    const state = { headsPosition: this.#headsPosition, changed: new Set(this.#changed) }
    const unstored = () => [layer, this.#current]
    const done = write(layer, state, unstored).then(
      () => {
        this.#writing = undefined
        if (this.#current.size >= this.#limit) this.#startWriting()
        else if (this.#current.size > 0)
          this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.layerMs ?? 500).unref()
      },
      (error: unknown) => {
        // The layer stays readable; everything after it stays in memory. The log is not touched by this.
        this.#failed = error
      },
    )
    this.#writing = { layer, done }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** Steps that may wait in memory while one is being stored: what has gathered meanwhile is stored in one larger one. */
const MOST_WAITING = 16

/** Collects changes of nodes without making them. */
class ScratchNodes implements HeadsNodeStore {
  readonly changed = new Map<string, Uint8Array | null>()
  readonly #below: HeadsNodeStore

  constructor(below: HeadsNodeStore) {
    this.#below = below
  }

  get(path: string): Uint8Array | undefined {
    const known = this.changed.get(path)
    return known === undefined ? this.#below.get(path) : (known ?? undefined)
  }

  set(path: string, node: Uint8Array): void {
    this.changed.set(path, node)
  }

  delete(path: string): void {
    this.changed.set(path, null)
  }
}

function revisionSkipped({ position, stream, revision }: IndexedRecord): ClyraError {
  return new ClyraError('INDEX_CORRUPT', `revision ${revision} does not follow in ${stream}`, {
    details: { position, stream, revision },
  })
}

function readOnlyMap(): never {
  throw new ClyraError('INTERNAL', 'the heads map of the newest heads record cannot be changed')
}
