import { ClyraError } from '../../src/errors/index.js'
import { createRegistry, prepare } from '../../src/events/index.js'
import { discardForeignIndex, LedgerCore, readGenesis } from '../../src/ledger/ledger-core.js'
import { PublishedTree } from '../../src/ledger/published-tree.js'
import { Writer } from '../../src/ledger/writer.js'
import type { CheckpointStore, LogStore, TileStore } from '../../src/ports/index.js'
import { LayeredIndex } from '../../src/stores/index/index.js'
import { Lane } from './gates.js'
import { GatedCheckpoints, GatedTiles, type Medium, openLog } from './medium.js'

/** What a client of the model appends: two records, or one; their ids are the same in each attempt. */
const EVENTS = [
  [0, 1].map((n) => ({ id: uuid(10 + n), type: 'com.example.thing.v1', source: '/model', data: { client: '1', n } })),
  [{ id: uuid(20), type: 'com.example.thing.v1', source: '/model', data: { client: '2', n: 0 } }],
] as const

/** A client that tries again says the same time. */
const SUBMITTED = Date.UTC(2026, 0, 1)

function uuid(n: number): string {
  return `019506a0-0000-7000-8000-${String(n).padStart(12, '0')}`
}

/** Another product than the real one, for showing that a replay notices. */
export interface Alterations {
  readonly tiles?: (tiles: TileStore, medium: Medium) => TileStore
  readonly checkpoints?: (checkpoints: CheckpointStore, tiles: TileStore) => CheckpointStore
  readonly store?: (store: LogStore) => LogStore
  readonly index?: () => LayeredIndex
}

/** A process that opens the ledger and appends: the product's `Writer`, over ports that stop at gates. */
export class WritingProcess {
  readonly append = new Lane()
  readonly seal = new Lane()
  readonly #medium: Medium
  readonly #alterations: Alterations
  store: LogStore | undefined
  /** Throws where the log is not this process's to write any more. */
  assertHeld: () => void = () => undefined
  index: LayeredIndex | undefined
  writer: Writer | undefined
  refusal: unknown
  dead = false
  /** Positions that a client was told; `failed` where it was told that the append had failed. */
  readonly told = new Map<number, readonly number[] | 'failed'>()

  constructor(medium: Medium, alterations: Alterations) {
    this.#medium = medium
    this.#alterations = alterations
  }

  async openLog(): Promise<void> {
    const { store, assertHeld } = await openLog(this.#medium, this.append)
    this.assertHeld = assertHeld
    this.store = this.#alterations.store?.(store) ?? store
  }

  /** Everything after the log: `Writer.open` seals what is unsealed before it resolves. */
  startOpening(): void {
    this.seal.during(this.#openWriter())
  }

  async #openWriter(): Promise<void> {
    try {
      const { keys } = this.#medium
      const tiles = new GatedTiles(this.#medium, this.seal, this.assertHeld)
      const checkpoints = new GatedCheckpoints(this.#medium, this.seal, this.assertHeld)
      const left = this.#medium.index
      this.#medium.index = undefined
      const index = left ?? this.#alterations.index?.() ?? new LayeredIndex()
      const store = this.store!
      const ports = {
        store,
        index,
        keys,
        tiles: this.#alterations.tiles?.(tiles, this.#medium) ?? tiles,
        checkpoints: this.#alterations.checkpoints?.(checkpoints, tiles) ?? checkpoints,
      }
      this.index = index
      const core = new LedgerCore(ports, await readGenesis(store), createRegistry([]))
      await discardForeignIndex(ports, () => undefined)
      const signer = await keys.signer(core.genesis.key.keyId)
      if (signer === undefined) throw new Error('the key of the ledger is missing')
      const writer: Writer = await Writer.open(core, {
        submitter: 'model',
        now: Date.now,
        onWarning: () => undefined,
        sealing: { signer, onSealed: () => undefined },
        tree: new PublishedTree(async () => writer.sealer?.newest, { told: true }),
      })
      if (!this.dead) this.writer = writer
    } catch (error) {
      this.refusal = error
    }
  }

  /** Hands over what a client wants appended (1, 2), or a heads record (4). The answer comes to `told`. */
  submit(request: number): void {
    const writer = this.writer!
    this.told.delete(request)
    const answer = request === 4 ? writer.appendHeads().then((position) => [position]) : this.#append(writer, request)
    this.append.during(
      answer.then(
        (positions) => this.#tell(request, positions),
        () => this.#tell(request, 'failed'),
      ),
    )
  }

  /** Asks for a seal of everything, as its timer would. */
  startSeal(): void {
    const sealer = this.writer!.sealer!
    const sealed = sealer.sealTo((sealer.newest?.size ?? 0) + sealer.backlog)
    this.seal.during(sealed.then(() => undefined))
  }

  /** Resolves when it comes no further of itself. */
  async still(): Promise<void> {
    await Promise.all([this.append.still(), this.seal.still()])
  }

  /** It does nothing any more, and what it waits for never comes. */
  kill(): void {
    this.dead = true
    this.append.kill()
    this.seal.kill()
    this.writer = undefined
  }

  async #append(writer: Writer, request: number): Promise<readonly number[]> {
    const events = prepare(EVENTS[request - 1]!, { registry: createRegistry([]), now: () => SUBMITTED })
    const [appended] = await writer.append([{ stream: `client-${request}`, expected: 'any', events }])
    if (appended === undefined) throw new ClyraError('INTERNAL', 'an append gave no result')
    return appended.positions
  }

  #tell(request: number, answer: readonly number[] | 'failed'): void {
    if (!this.dead) this.told.set(request, answer)
  }
}
