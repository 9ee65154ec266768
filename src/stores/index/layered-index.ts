import { ClyraError } from '../../errors/index.js'
import type { AppliedRecord, HeadsMapView, IndexedRecord, LocalIndex, StreamHead } from '../../ports/index.js'
import { HeadsFold } from './heads-fold.js'
import { ID_BYTES } from './id-run.js'
import { EMPTY_BASE, type IndexBase, type IndexedHead } from './index-base.js'
import { expandRuns, type IndexLayer, writeId } from './index-layer.js'
import { LayerStack, type LayerStackOptions } from './layer-stack.js'

/** What may know without a look at the base that an id is new. Ids are the 16 bytes of a UUID. */
export interface SeenIds {
  /** False: the id is neither in the base nor was it noted. */
  mayHave(id: Uint8Array): boolean
  note(id: Uint8Array): void
}

export interface LayeredIndexOptions extends LayerStackOptions {
  readonly base?: IndexBase
  readonly seen?: SeenIds
  readonly reset?: () => Promise<void>
  readonly close?: () => Promise<void>
}

/**
 * The index of every store: a stored base and, on top of it, what is not stored yet. Lookups go from the newest layer
 * down. With a `write` the newest layer is stored behind the log in large steps; the layer that is being written stays
 * readable until the base has it. Without one a base that another process moves on takes over as soon as it has
 * everything that is in memory here.
 */
export class LayeredIndex implements LocalIndex {
  #base: IndexBase
  readonly #options: LayeredIndexOptions
  readonly #layers: LayerStack
  readonly #heads: HeadsFold
  /** The id that is being looked at. */
  readonly #id = new Uint8Array(ID_BYTES)

  constructor(options: LayeredIndexOptions = {}) {
    this.#options = options
    this.#base = options.base ?? EMPTY_BASE
    this.#heads = new HeadsFold({
      through: () => this.#layers.current.through,
      head: (stream) => this.#head(stream),
      node: (path) => this.#node(path),
    })
    this.#layers = new LayerStack(options, this.#base.through(), () => ({
      headsPosition: this.#heads.position,
      changed: new Set(this.#heads.changed),
    }))
    this.#heads.restart(this.#base.changedStreams(), this.#base.headsPosition())
  }

  through(): number {
    this.#followBase()
    return this.#layers.current.through
  }

  last(): AppliedRecord | undefined {
    this.#followBase()
    const { current, writing } = this.#layers
    const leaf = current.lastLeaf ?? writing?.lastLeaf ?? this.#base.lastLeaf()
    return leaf && { position: current.through - 1, leaf }
  }

  positionsOf(ids: readonly string[]): (number | undefined)[] {
    this.#followBase()
    const { seen } = this.#options
    const positions = new Array<number | undefined>(ids.length).fill(undefined)
    const asked: number[] = []
    for (let i = 0; i < ids.length; i++) {
      writeId(ids[i]!, this.#id, 0)
      if (seen?.mayHave(this.#id) === false) continue
      positions[i] = this.#layers.current.positionOf(this.#id) ?? this.#layers.writing?.positionOf(this.#id)
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
    take(this.#layers.writing)
    take(this.#layers.current)
    return found
  }

  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: StreamHead }[] {
    this.#followBase()
    const found = new Map<string, IndexedHead>()
    for (const { stream, head } of this.#base.streams(after, limit)) found.set(stream, head)
    for (const layer of [this.#layers.writing, this.#layers.current]) {
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
      return this.#layers.ready()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  headsRoot(): Uint8Array {
    this.#followBase()
    return this.#heads.root()
  }

  headsMap(): HeadsMapView | undefined {
    this.#followBase()
    const view = this.#heads.view()
    if (view === undefined) return undefined
    const prove = (stream: string) => {
      this.#followBase()
      return view.prove(stream)
    }
    return { ...view, prove }
  }

  flush(): Promise<void> {
    return this.#layers.flush()
  }

  async reset(): Promise<void> {
    await this.#layers.reset(async () => {
      if (this.#options.reset !== undefined) await this.#options.reset()
      else this.#base = EMPTY_BASE
    })
    this.#heads.restart([], undefined)
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#options.close?.()
    }
  }

  #head(stream: string): IndexedHead | undefined {
    return this.#layers.current.heads.get(stream) ?? this.#layers.writing?.heads.get(stream) ?? this.#base.head(stream)
  }

  /** Only what this handle has seen: a reader's base may already be further. */
  #below(position: number | undefined): number | undefined {
    return position !== undefined && position < this.#layers.current.through ? position : undefined
  }

  /** Also where its writer has forgotten it: what is in memory here then lies on nothing. */
  #followBase(): void {
    if (this.#options.write !== undefined) return
    const through = this.#base.through()
    const { current } = this.#layers
    if (through >= current.from && through <= current.through) return
    this.#layers.restart(through)
    this.#heads.restart(this.#base.changedStreams(), this.#base.headsPosition())
  }

  #assertDense(records: readonly IndexedRecord[]): void {
    let expected = this.#layers.current.through
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
    const layer = this.#layers.current
    const before = revision === 0 ? undefined : this.#head(stream)
    let end = start
    do {
      if (records[end]!.revision !== (before?.revision ?? -1) + 1 + end - start) throw revisionSkipped(records[end]!)
      end++
      // A heads record is of the state before it.
    } while (records[end]?.stream === stream && records[end]!.headsRoot === undefined)
    if (record.headsRoot !== undefined) {
      for (const [path, node] of this.#heads.take(position, record.headsRoot)) layer.nodes.set(path, node)
    }
    for (let i = start; i < end; i++) {
      writeId(records[i]!.id, this.#id, 0)
      layer.addId(this.#id)
      this.#options.seen?.note(this.#id)
    }
    const last = records[end - 1]!
    layer.add(last, revision, before?.first ?? position)
    this.#heads.touch(stream)
    return end
  }

  #node(path: string): Uint8Array | undefined {
    for (const layer of [this.#layers.current, this.#layers.writing]) {
      const known = layer?.nodes.get(path)
      if (known !== undefined) return known
    }
    return this.#base.node(path)
  }
}

function revisionSkipped({ position, stream, revision }: IndexedRecord): ClyraError {
  return new ClyraError('INDEX_CORRUPT', `revision ${revision} does not follow in ${stream}`, {
    details: { position, stream, revision },
  })
}
