import { strict as assert } from 'node:assert'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isClyraError } from '../../src/errors/index.js'
import { collect } from '../../src/stores/conformance/collect.js'
import { ReaderWatch } from '../../src/stores/conformance/faults/reader-watch.js'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import {
  type EmbeddedLedger,
  type EmbeddedLedgerReader,
  fsck,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'
import { removeFolder } from '../services/index.js'
import { bundledProduct } from './bundle-stores.js'
import {
  type BatchName,
  KilledWriter,
  type Life,
  type Moment,
  type Obituary,
  PHASES,
  type Phase,
} from './killed-writer.js'

/** Draws when each writer dies; how far it has come by then is the machine's. */
export const SEED = Number(process.env['CLYRA_FAULTS_SEED'] ?? 20_261)

interface KillOptions {
  readonly rounds: number
  /** Deaths of one ledger before the next one is made, so that creation is killed too. */
  readonly roundsOfOne?: number
  readonly mutant?: Life['mutant']
}

/**
 * Writers that are killed one after the other at random moments, while a reader of this process reads. Gives how many
 * died in which phase. Rejects (AssertionError) where something acknowledged is lost, a batch is there in part or twice,
 * a reader saw what is gone, or fsck finds anything.
 */
export async function killWriters({ rounds, roundsOfOne = 10, mutant }: KillOptions): Promise<Map<Phase, number>> {
  const deaths = new Map<Phase, number>()
  const stores = await bundledProduct()
  const random = new SeededRandom(SEED)
  for (let left = rounds; left > 0; left -= roundsOfOne) {
    const root = await mkdtemp(join(tmpdir(), 'clyra-kill-'))
    const ledger = new KilledLedger(join(root, '.clyra'), stores, mutant, random)
    try {
      for (let round = 0; round < Math.min(left, roundsOfOne); round++) {
        const phase = await ledger.round(round)
        deaths.set(phase, (deaths.get(phase) ?? 0) + 1)
      }
      await ledger.end()
    } finally {
      await ledger.release()
      await removeFolder(root)
    }
  }
  return deaths
}

/** The life of the writer that repeats what the others left. */
const LAST = 1_000_000

/** One ledger, whose writers die. */
class KilledLedger {
  readonly #directory: string
  /** The module that its writers run. */
  readonly #stores: string
  readonly #mutant: Life['mutant']
  readonly #random: SeededRandom
  readonly #acknowledged = new Map<string, bigint>()
  readonly #watch = new ReaderWatch()
  /** Tried and not answered. */
  readonly #unanswered = new Map<string, BatchName>()
  #reader: EmbeddedLedgerReader | undefined
  /** Loaded while the one before it lives. */
  #next: KilledWriter

  constructor(directory: string, stores: string, mutant: Life['mutant'], random: SeededRandom) {
    this.#directory = directory
    this.#stores = stores
    this.#next = new KilledWriter(stores)
    this.#mutant = mutant
    this.#random = random
  }

  async round(round: number): Promise<Phase> {
    const { phase } = await this.#live(round, momentOf(round, this.#random))
    await this.#look()
    await this.#expectAcknowledged()
    return phase
  }

  /** The last writer lives: all that was unanswered is repeated, and everything is checked. */
  async end(): Promise<void> {
    // At its second opening it has repeated, sealed and closed; before the signal comes it may have begun anew.
    await this.#live(LAST, { phase: 'open', nth: 2, delay: 0 })
    assert.deepEqual(
      [...this.#unanswered.values()].filter(([life]) => life !== LAST),
      [],
    )
    const ledger = await openEmbeddedLedger({ directory: this.#directory })
    try {
      await this.#watch.recheck(ledger)
      await ledger.evidenceSigner()
      await this.#expectWholeBatches(ledger)
    } finally {
      await ledger.close()
    }
    await this.#look()
    await this.#expectAcknowledged()
    assert.deepEqual((await fsck({ directory: this.#directory, all: true })).findings, [])
  }

  async release(): Promise<void> {
    await this.#next.kill()
    await this.#reader?.close()
  }

  /** One writer, from its first opening to its death, with a reader beside it. */
  async #live(life: number, moment: Moment): Promise<Obituary> {
    const writer = this.#next
    this.#next = new KilledWriter(this.#stores)
    const reading = this.#readBeside()
    const repeat = [...this.#unanswered.values()]
    const settings = { directory: this.#directory, life, inFlight: 1 + (life % 4) * 2, repeat, mutant: this.#mutant }
    try {
      const death = await writer.live(settings, moment)
      this.#note(death)
      return death
    } finally {
      await writer.kill()
      reading.stop()
      await reading.done
    }
  }

  #note({ acknowledged, tried, answered, errors }: Obituary): void {
    assert.deepEqual(errors, [], 'a writer failed before it was killed')
    for (const { id, position } of acknowledged) {
      assert.equal(position, this.#acknowledged.get(id) ?? position, `${id} was acknowledged at two positions`)
      this.#acknowledged.set(id, position)
    }
    for (const name of tried) this.#unanswered.set(String(name), name)
    for (const name of answered) this.#unanswered.delete(String(name))
  }

  /** Reads on while a writer writes and dies. */
  #readBeside(): { readonly stop: () => void; readonly done: Promise<void> } {
    let going = true
    const done = (async () => {
      while (going) {
        await this.#look()
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    })()
    // Told by whoever awaits it.
    done.catch(() => undefined)
    return {
      stop: () => {
        going = false
      },
      done,
    }
  }

  /** One reader for all the writers, from when there is a ledger. */
  async #look(): Promise<void> {
    try {
      this.#reader ??= await openEmbeddedLedgerReader({ directory: this.#directory })
    } catch (error) {
      if (isClyraError(error, 'LEDGER_NOT_FOUND')) return
      throw error
    }
    await this.#watch.look(this.#reader)
  }

  async #expectAcknowledged(): Promise<void> {
    if (this.#acknowledged.size === 0) return
    const ids = [...this.#acknowledged.keys()]
    const found = (await this.#reader?.positionsOf(ids)) ?? []
    const lost = ids.filter((id, i) => found[i] !== this.#acknowledged.get(id))
    assert.deepEqual(lost, [], 'acknowledged and lost')
  }

  /** Each event is there once, and each batch from its first event to its last, side by side. */
  async #expectWholeBatches(ledger: EmbeddedLedger): Promise<void> {
    const next = new Map<string, number>()
    for (const { type, event } of await collect(ledger.readAll())) {
      if (type !== 'com.example.crash.v1') continue
      // The data of these events, as live-and-die.mjs makes them.
      const { key } = event.data as { readonly key: string }
      const [life, number, n] = key.split('/')
      assert.equal(Number(n), next.get(`${life}/${number}`) ?? 0, `${key} is there twice, or comes after a gap`)
      next.set(`${life}/${number}`, Number(n) + 1)
    }
  }
}

/** When a writer dies: at a random moment of a phase, each phase in its turn. The first one makes the ledger. */
function momentOf(round: number, random: SeededRandom): Moment {
  const phases = PHASES.filter((phase) => phase !== 'create')
  const phase = round === 0 ? 'create' : phases[(round - 1) % phases.length]!
  const longest = { create: 30, open: 40, append: 60, seal: 10, heads: 10, close: 25 }[phase]
  const nth = phase === 'create' ? 1 : random.between(1, 3)
  return { phase, nth, delay: random.below(1000 * longest) / 1000 }
}
