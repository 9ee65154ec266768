import { equalBytes, hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import { HeadsMap, type HeadsNodeStore } from '../../merkle/index.js'
import type { HeadsMapView, StreamHead } from '../../ports/index.js'
import { ScratchNodes } from './scratch-nodes.js'

/** What the heads map is folded from: the index as it is now. */
export interface HeadsSource {
  through(): number
  head(stream: string): StreamHead | undefined
  /** A node of the map as of the newest heads record. */
  node(path: string): Uint8Array | undefined
}

/**
 * The heads map, kept as of the newest heads record. What changed since is a set of streams, folded in when the next
 * heads record is applied or its root is asked for.
 */
export class HeadsFold {
  readonly #source: HeadsSource
  readonly #nodes: HeadsNodeStore
  #changed = new Set<string>()
  #position: number | undefined
  #next: { readonly through: number; readonly root: Uint8Array; readonly nodes: ScratchNodes } | undefined

  constructor(source: HeadsSource) {
    this.#source = source
    this.#nodes = { get: (path) => source.node(path), set: readOnlyMap }
  }

  /** Position of the newest heads record. */
  get position(): number | undefined {
    return this.#position
  }

  /** The streams changed since. */
  get changed(): ReadonlySet<string> {
    return this.#changed
  }

  restart(changed: readonly string[], position: number | undefined): void {
    this.#changed = new Set(changed)
    this.#position = position
    this.#next = undefined
  }

  /** A stream has new records. A fold that was asked for is of the state before them. */
  touch(stream: string): void {
    this.#changed.add(stream)
    this.#next = undefined
  }

  /** The root of the map of everything that is in the index now. */
  root(): Uint8Array {
    return this.#folded().root
  }

  /** Takes a heads record, which states the map before it; gives the nodes that change. Throws TREE_DIVERGED. */
  take(position: number, stated: Uint8Array): ReadonlyMap<string, Uint8Array> {
    const { root, nodes } = this.#folded()
    if (!equalBytes(root, stated)) {
      throw new ClyraError('TREE_DIVERGED', `the heads record at position ${position} states another root`, {
        details: { position, stated: hex(stated), computed: hex(root) },
      })
    }
    this.#changed.clear()
    this.#position = position
    return nodes.changed
  }

  view(): HeadsMapView | undefined {
    const position = this.#position
    if (position === undefined) return undefined
    const map = new HeadsMap(this.#nodes)
    return {
      position,
      root: map.root(),
      prove: (stream) => (this.#position === position ? map.prove(stream) : undefined),
    }
  }

  #folded(): { readonly root: Uint8Array; readonly nodes: ScratchNodes } {
    const through = this.#source.through()
    if (this.#next?.through === through) return this.#next
    const nodes = new ScratchNodes(this.#nodes)
    const map = new HeadsMap(nodes)
    map.update(
      [...this.#changed].map((stream) => {
        // A changed stream has a record, hence a head.
        const { revision, leaf } = this.#source.head(stream)!
        return { stream, revision, leaf }
      }),
    )
    this.#next = { through, root: map.root(), nodes }
    return this.#next
  }
}

function readOnlyMap(): never {
  throw new ClyraError('INTERNAL', 'the heads map of the newest heads record cannot be changed')
}
