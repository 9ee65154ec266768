import { ALGORITHMS, signerOf } from '../../src/crypto/index.js'
import { isClyraError } from '../../src/errors/index.js'
import type { LedgerPorts } from '../../src/ledger/index.js'
import type { LocalIndex, LogStore } from '../../src/ports/index.js'
import type { FaultFactory } from '../../src/stores/conformance/index.js'
import { MemoryTileStore, memoryPlace } from '../../src/stores/memory/index.js'
import { embeddedFaults, memoryFaults } from './fault-fixtures.js'

/** A ledger that is broken in one way, and the case of the fault suite that is expected to notice. */
interface PortMutant {
  readonly what: string
  readonly hint: string
  /** A part of what the suite has to say. */
  readonly says: RegExp
  readonly factory: FaultFactory
}

const between = (change: (ports: LedgerPorts) => LedgerPorts) =>
  memoryFaults((fixture) => ({ ...fixture, between: change }))

const appending = (store: LogStore, append: LogStore['append']): LogStore => ({ ...store, append })

export const PORT_MUTANTS: readonly PortMutant[] = [
  {
    what: 'acknowledges what was not flushed',
    hint: 'store.append fails',
    says: /acknowledged and lost|but had \d+ before|the log has \d+ records, a checkpoint of \d+ was signed/,
    factory: between((ports) => ({
      ...ports,
      store: appending(ports.store, (records, head) =>
        ports.store.append(records, head).catch((error: unknown) => {
          // The first append of all is the genesis: without it there is no ledger that could be looked at.
          if (head === 0 || !isClyraError(error, 'STORE_FAILED')) throw error
        }),
      ),
    })),
  },
  {
    what: 'writes a batch in two steps',
    hint: 'store.append fails',
    // The caller's second attempt meets the half first, or what is looked for after the next opening does.
    says: /of the batch are already in the ledger, the others are not|of the \d+ records of a batch are there/,
    factory: between((ports) => ({
      ...ports,
      store: appending(ports.store, async (records, head) => {
        const half = head === 0 ? 0 : records.length >> 1
        if (half > 0) await ports.store.append(records.slice(0, half), head)
        await ports.store.append(records.slice(half), head + half)
      }),
    })),
  },
  {
    what: 'publishes before the signature is durable',
    hint: 'goes through every step',
    says: /is published, but is not what was signed last/,
    factory: between(({ tiles, checkpoints, ...ports }) => {
      let sign = () => Promise.resolve()
      return {
        ...ports,
        tiles: {
          ...tiles,
          publish: async (note) => {
            await tiles.publish(note)
            await sign()
          },
        },
        checkpoints: {
          ...checkpoints,
          compareAndSet: async (expected, next) => {
            sign = () => checkpoints.compareAndSet(expected, next)
          },
        },
      }
    }),
  },
  {
    what: 'publishes before the tiles are there',
    hint: 'goes through every step',
    says: /was published before its tiles/,
    factory: between(({ tiles, ...ports }) => {
      let write = () => Promise.resolve()
      return {
        ...ports,
        tiles: {
          ...tiles,
          write: async (files) => {
            write = () => tiles.write(files)
          },
          publish: async (note) => {
            await tiles.publish(note)
            await write()
          },
        },
      }
    }),
  },
  {
    what: 'keeps the checkpoint of a heads size only after it is signed',
    hint: 'checkpoints.keep fails',
    says: /no checkpoint is kept at the heads size/,
    factory: between(({ checkpoints, ...ports }) => {
      let keep = () => Promise.resolve()
      return {
        ...ports,
        checkpoints: {
          ...checkpoints,
          keep: async (size, note) => {
            keep = () => checkpoints.keep(size, note)
          },
          compareAndSet: async (expected, next) => {
            await checkpoints.compareAndSet(expected, next)
            const late = keep
            keep = () => Promise.resolve()
            await late()
          },
        },
      }
    }),
  },
  {
    what: 'signs without compare-and-set',
    hint: 'several writers at once',
    says: /not what was signed last|went back|TREE_DIVERGED|no checkpoint could be sealed/,
    factory: between(({ checkpoints, ...ports }) => ({
      ...ports,
      checkpoints: {
        ...checkpoints,
        compareAndSet: async (_, next) => checkpoints.compareAndSet(await checkpoints.latest(), next),
      },
    })),
  },
  {
    what: 'lets a late publication take the place of a newer one',
    hint: 'several writers at once',
    says: /went back from/,
    factory: memoryFaults(undefined, () => ({ ...memoryPlace(), tiles: new ForgetfulTiles() })),
  },
  {
    what: 'takes an index for caught up that is not',
    hint: 'index.apply fails',
    says: /revision|prev|is there twice|heads|index/,
    factory: between(({ index: under, ...ports }) => {
      // Holds: an index in memory.
      const index = under as LocalIndex
      let claimed = index.through()
      return {
        ...ports,
        index: {
          ...index,
          through: () => Math.max(claimed, index.through()),
          apply: async (records) => {
            claimed = Math.max(claimed, (records.at(-1)?.position ?? -1) + 1)
            await index.apply(records).catch(() => undefined)
          },
        },
      }
    }),
  },
  {
    what: 'names a key before it is durable',
    hint: 'keys.generate fails',
    says: /private key/,
    factory: between(({ keys, ...ports }) => ({
      ...ports,
      keys: {
        ...keys,
        generate: (purpose) => keys.generate(purpose).catch(() => signerOf('ed25519', ALGORITHMS.ed25519.newSecret())),
      },
    })),
  },
  {
    what: 'sets a torn tail aside in silence',
    hint: 'store.append fails',
    says: /set aside in silence/,
    factory: embeddedFaults((fixture) => ({ ...fixture, openPorts: () => fixture.openPorts(() => undefined) })),
  },
  {
    what: 'shows its readers what is not acknowledged, and takes it back',
    hint: 'goes through every step',
    says: /a reader was shown fewer records than before/,
    factory: memoryFaults((fixture) => ({
      ...fixture,
      openReaderPorts: async () => {
        const ports = await fixture.openReaderPorts()
        const { store } = ports
        let looks = 0
        const moody: LogStore = {
          capabilities: store.capabilities,
          append: (records, head) => store.append(records, head),
          head: async () => (await store.head()) - (++looks % 7 === 0 ? 3 : 0),
          read: (range) => store.read(range),
          moved: (size, signal) => store.moved(size, signal),
          close: () => store.close(),
        }
        return { ...ports, store: moody }
      },
    })),
  },
]

/** As a tile store was before the port said that what is published never goes back. */
class ForgetfulTiles extends MemoryTileStore {
  override async publish(checkpoint: Uint8Array): Promise<void> {
    this.files.set('checkpoint', checkpoint)
  }
}
