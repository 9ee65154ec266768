import { describe, expect, it } from 'vitest'
import type { LogRecord, LogStore, ReadRange, StoredRecord } from '../../src/ports/index.js'
import {
  checkLedger,
  describeEventLog,
  describeLogStore,
  type LogStoreFactory,
} from '../../src/stores/conformance/index.js'
import { memoryLedgers, memoryLogStores } from '../../src/stores/conformance/memory.test.support.js'
import { sampleEvents } from '../../src/stores/conformance/sample-events.js'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'

/**
 * A store that does only what the port promises, and all that it allows: records may be read before their append has
 * resolved, a read gives less than it could, `moved` wakes for nothing, every answer takes a while.
 */
class AwkwardStore implements LogStore {
  protected readonly below: LogStore
  readonly #random = new SeededRandom(17)

  constructor(below: LogStore) {
    this.below = below
  }

  get capabilities() {
    return this.below.capabilities
  }

  async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    await this.#random.pause()
    await this.below.append(records, expectedHead)
    for (let turns = this.#random.below(6); turns > 0; turns--) await this.#random.pause()
  }

  async head(): Promise<number> {
    await this.#random.pause()
    return this.below.head()
  }

  async read(range: ReadRange): Promise<StoredRecord[]> {
    await this.#random.pause()
    const fewer = this.#random.chance(50) ? range.limit : 1 + this.#random.below(Math.min(range.limit, 200))
    return this.below.read({ ...range, limit: fewer })
  }

  async moved(size: number, signal?: AbortSignal): Promise<void> {
    if (this.#random.chance(20)) return new Promise((resolve) => setTimeout(resolve, 2))
    return this.below.moved(size, signal)
  }

  close(): Promise<void> {
    return this.below.close()
  }
}

const awkwardStores: LogStoreFactory = {
  async create() {
    const fixture = await memoryLogStores.create()
    return {
      ...fixture,
      open: async () => new AwkwardStore(await fixture.open()),
      openReader: async () => new AwkwardStore(await fixture.openReader()),
    }
  },
}

describeLogStore('an awkward but honest store', awkwardStores, { describe, it })
describeEventLog(
  'a ledger over an awkward but honest store',
  memoryLedgers((store) => new AwkwardStore(store)),
  { describe, it },
)

/** Records can be read long before their append resolves, and reading takes its time too. */
class SlowStore extends AwkwardStore {
  override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    await this.below.append(records, expectedHead)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }

  override async read(range: ReadRange): Promise<StoredRecord[]> {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return this.below.read(range)
  }
}

it('a lookup that meets a large append half-way neither fails nor leads the next append astray', async () => {
  const fixture = await memoryLedgers((store) => new SlowStore(store)).create()
  const ledger = await fixture.createLedger()
  for (let i = 0; i < 4; i++) {
    const appending = ledger.append('sample-1', 'any', sampleEvents(10_000 * i, 3000))
    await new Promise((resolve) => setTimeout(resolve, 3))
    const looking = Promise.all([
      ledger.streamHead('sample-1'),
      ledger.positionsOf([sampleEvents(10_000 * i, 1)[0]!.id]),
    ])
    await appending
    const next = await ledger.append('sample-1', 'any', sampleEvents(10_000 * i + 5000, 1))
    expect(next.revision).toBe(BigInt(3001 * (i + 1) - 1))
    await looking
  }
  await checkLedger(ledger)
  await ledger.close()
})
