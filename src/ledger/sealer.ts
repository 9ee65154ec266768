import { equalBytes } from '../canonical/index.js'
import type { Signer } from '../crypto/index.js'
import { ClyraError, isClyraError } from '../errors/index.js'
import { HEADS_STREAM } from '../events/index.js'
import { TILE_WIDTH, type Tile, tilePath } from '../merkle/index.js'
import type { LogRecord } from '../ports/index.js'
import { LeafQueue } from './leaf-queue.js'
import { type RestoredTree, restoreTree, type TreePlaces } from './restore-tree.js'
import { assertSameRoot, openCheckpoint, type Sealed, signCheckpoint } from './signed-checkpoint.js'
import type { TileEdge } from './tile-edge.js'

export interface SealerOptions extends TreePlaces {
  readonly signer: Signer
  /** Records that `headsSizesFrom` knows of: what others append meanwhile comes by `committed`. */
  readonly head: number
  /** Sizes (position + 1) of heads records at or after a position, ascending. */
  readonly headsSizesFrom: (position: number) => Promise<number[]>
  /** Told after each publication. */
  readonly onSealed: (sealed: Sealed) => void
  /** Milliseconds after an append until a seal begins of itself. Default 250. */
  readonly delayMs?: number
  /** Records that may be unsealed after a failure before appends are refused. Default 1,000,000. */
  readonly maxBacklog?: number
}

const RETRY_MS = 1000
/** So many records are sealed without waiting for more: a writer that never rests is not left with all its tiles at the end. */
const FULL_BACKLOG = 4096

/**
 * Turns durable records into published, signed checkpoints. For each: tiles are written, the checkpoint is signed, a
 * heads size is kept for ever, the durable state moves on by compare-and-set, then it is published. A crash between
 * two steps is made good when the ledger is opened; no size is ever signed with two roots.
 */
export class Sealer {
  readonly #options: SealerOptions
  #edge: TileEdge
  #newest: Sealed | undefined
  /** Signed for good, but publishing it failed. */
  #unpublished: Sealed | undefined
  /** Leaves from the sealed size on, and the heads sizes among them. */
  readonly #leaves = new LeafQueue()
  #headsSizes: number[] = []
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #failure: ClyraError | undefined
  #closed = false

  private constructor(options: SealerOptions, { edge, newest }: RestoredTree) {
    this.#options = options
    this.#edge = edge
    this.#newest = newest
  }

  /** Restores the sealed tree and takes note of what is not sealed yet. Rejects with TREE_DIVERGED. */
  static async open(options: SealerOptions): Promise<Sealer> {
    const sealer = new Sealer(options, await restoreTree(options))
    const { store, head } = options
    let at = sealer.#edge.size
    sealer.#headsSizes = await options.headsSizesFrom(at)
    while (at < head) {
      const records = await store.read({ from: at, limit: Math.min(4096, head - at) })
      for (const { leaf } of records) sealer.#leaves.push(leaf)
      at += records.length
    }
    return sealer
  }

  get newest(): Sealed | undefined {
    return this.#newest
  }

  /** Durable records that no checkpoint covers. */
  get backlog(): number {
    return this.#leaves.length
  }

  /** Why the last attempt failed, if it did. */
  get failure(): ClyraError | undefined {
    return this.#failure
  }

  /** New durable records, in order. A seal follows within a second. */
  committed(records: readonly LogRecord[]): void {
    for (const { leaf, stream, position } of records) {
      // A tree that was taken over may cover it already.
      if (position < this.#edge.size + this.#leaves.length) continue
      this.#leaves.push(leaf)
      if (stream === HEADS_STREAM) this.#headsSizes.push(position + 1)
    }
    this.#schedule(this.#options.delayMs ?? 250)
  }

  /** Throws SEAL_FAILED where sealing has failed for too long to go on appending. */
  assertAdmitting(): void {
    if (this.#failure === undefined || this.#leaves.length < (this.#options.maxBacklog ?? 1_000_000)) return
    throw new ClyraError(
      'SEAL_FAILED',
      `${this.#leaves.length} records wait to be sealed; nothing more is appended until sealing works: ${this.#failure.message}`,
      {
        details: { backlog: this.#leaves.length },
        cause: this.#failure,
      },
    )
  }

  /** Seals until the newest checkpoint covers `size` records. Rejects with SEAL_FAILED, LEDGER_TAKEN_AWAY. */
  async sealTo(size: number): Promise<Sealed> {
    for (;;) {
      const newest = this.#newest
      if (newest !== undefined && newest.size >= size && this.#unpublished === undefined) return newest
      if (size > this.#edge.size + this.#leaves.length)
        throw new ClyraError('INVALID_POSITION', `the log has not ${size} records yet`, { details: { size } })
      this.#running ??= this.#run()
      await this.#running
      if (this.#failure !== undefined) throw this.#failure
    }
  }

  /** Seals everything; then no more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#closed = true
    if (this.#leaves.length > 0 || this.#unpublished !== undefined) {
      await this.sealTo(this.#edge.size + this.#leaves.length)
    }
    await this.#running
  }

  #schedule(delay: number): void {
    if (this.#closed) return
    if (this.#leaves.length >= FULL_BACKLOG && this.#failure === undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#running ??= this.#run()
      return
    }
    if (this.#timer !== undefined || (this.#leaves.length === 0 && this.#unpublished === undefined)) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running ??= this.#run()
    }, delay)
  }

  async #run(): Promise<void> {
    // The caller notes this promise in `#running`; where nothing is left to seal it must not be over before that.
    await Promise.resolve()
    try {
      if (this.#unpublished !== undefined) await this.#publish(this.#unpublished)
      const end = this.#edge.size + this.#leaves.length
      const sizes = this.#headsSizes.filter((size) => size <= end)
      if (sizes[sizes.length - 1] !== end) sizes.push(end)
      // Nothing unsealed: `end` is the sealed size.
      for (const size of sizes) if (size > this.#edge.size) await this.#sealOrAdopt(size)
      this.#failure = undefined
      this.#running = undefined
      this.#schedule(this.#options.delayMs ?? 250)
    } catch (cause) {
      // Not to be mended here: whoever has the ledger now seals what was appended.
      const gone = isClyraError(cause, 'LEDGER_TAKEN_AWAY')
      const why = cause instanceof Error ? cause.message : String(cause)
      this.#failure = gone
        ? cause
        : new ClyraError('SEAL_FAILED', `no checkpoint could be sealed: ${why}`, {
            cause,
            details: { backlog: this.#leaves.length },
          })
      this.#running = undefined
      this.#options.onWarning(this.#failure.message)
      if (!gone) this.#schedule(RETRY_MS)
    }
  }

  /**
   * Where something else stands as signed last its tree is taken over: another process that writes the same log has
   * sealed meanwhile, or this one has and was not told so.
   */
  async #sealOrAdopt(size: number): Promise<void> {
    try {
      await this.#seal(size)
    } catch (error) {
      if (!isClyraError(error, 'TREE_DIVERGED') || !(await this.#adopt())) throw error
    }
  }

  /** Takes over the tree that was signed last, checked like at opening. False where it is not further than this one. */
  async #adopt(): Promise<boolean> {
    const { edge, newest } = await restoreTree({ ...this.#options, onWarning: () => undefined })
    if (newest === undefined || newest.size <= this.#edge.size) return false
    this.#leaves.drop(newest.size - this.#edge.size)
    this.#headsSizes = this.#headsSizes.filter((heads) => heads > newest.size)
    this.#edge = edge
    this.#newest = newest
    this.#options.onSealed(newest)
    return true
  }

  /** One checkpoint, in Sunlight's order. Works on a copy of the edge, so that a failed step can be taken again. */
  async #seal(size: number): Promise<void> {
    const { tiles, checkpoints } = this.#options
    const count = size - this.#edge.size
    const partial = this.#edge.partials()
    const edge = this.#edge.clone()
    edge.append(this.#leaves.first(count))
    const written = edge.takeTiles()
    await tiles.write(written)
    const sealed = await this.#sign(size, edge.root())
    if (this.#headsSizes.includes(size)) await checkpoints.keep(size, sealed.note)
    await checkpoints.compareAndSet(this.#newest?.note, sealed.note)
    // From here on the signature counts, published or not: `restoreTree` publishes what it finds signed.
    this.#edge = edge
    this.#newest = sealed
    this.#leaves.drop(count)
    this.#headsSizes = this.#headsSizes.filter((heads) => heads > size)
    await this.#publish(sealed)
    // A failed attempt may have left partial tiles anywhere.
    const replaced = ({ level, index, width }: Tile) =>
      width === TILE_WIDTH && (partial(level, index) || this.#failure !== undefined)
    await tiles.prune(written.filter(replaced).map(({ level, index }) => `${tilePath(level, index)}.p`))
  }

  async #publish(sealed: Sealed): Promise<void> {
    this.#unpublished = sealed
    await this.#options.tiles.publish(sealed.note)
    this.#unpublished = undefined
    this.#options.onSealed(sealed)
  }

  /** A heads size that was signed before a crash keeps its note; another root for it is never signed. */
  async #sign(size: number, root: Uint8Array): Promise<Sealed> {
    const { checkpoints, key, signer } = this.#options
    const checkpoint = { origin: key.name, size, root }
    if (this.#headsSizes.includes(size)) {
      const note = await checkpoints.kept(size)
      if (note !== undefined) {
        const kept = openCheckpoint(note, key, `the checkpoint kept at ${size}`)
        assertSameRoot(kept, checkpoint, 'the log and the kept checkpoint')
        return kept
      }
    }
    if (!equalBytes(signer.publicKey, key.publicKey))
      throw new ClyraError('KEY_MISMATCH', "the signer is not the ledger's key")
    return signCheckpoint(checkpoint, signer)
  }
}
