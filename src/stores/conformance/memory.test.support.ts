import { randomBytes } from 'node:crypto'
import { ClyraError } from '../../errors/index.js'
import { createLedger, type LedgerOptions, openLedger, openLedgerReader } from '../../ledger/index.js'
import type { LedgerIndex, LocalIndex, LogStore } from '../../ports/index.js'
import { LayeredIndex } from '../index/index.js'
import {
  createMemoryLedger,
  createMemoryLog,
  type MemoryPlace,
  memoryPlace,
  memoryPorts,
  openMemoryLogStore,
} from '../memory/index.js'
import type { LedgerFactory, LogStoreFactory } from './index.js'

/** Handles share the log, as processes share a database. */
export const memoryLogStores: LogStoreFactory = {
  async create() {
    const log = createMemoryLog()
    const opened: LogStore[] = []
    const open = async () => {
      const store = openMemoryLogStore(log)
      opened.push(store)
      return store
    }
    return {
      open,
      openReader: open,
      damage: async (position) => {
        log.records[position]!.bytes[3]! ^= 1
      },
      openFailing: async (stored) => failingOnce(await open(), { stored }),
      dispose: async () => {
        for (const store of opened) await store.close()
      },
    }
  },
}

/** A store whose next append fails: with the records stored all the same, or not. */
export function failingOnce(
  below: LogStore,
  { stored, afterFailure = 'catch-up' }: { stored: boolean; afterFailure?: 'reopen' | 'catch-up' },
): LogStore {
  let failed = false
  return {
    capabilities: { ...below.capabilities, afterFailure },
    append: async (records, expectedHead) => {
      if (failed && afterFailure === 'reopen') throw new ClyraError('STORE_FAILED', 'to be opened again')
      if (failed) return below.append(records, expectedHead)
      failed = true
      if (stored) await below.append(records, expectedHead)
      throw new ClyraError('STORE_FAILED', 'the connection broke')
    },
    head: () => below.head(),
    read: (range) => below.read(range),
    moved: (size, signal) => below.moved(size, signal),
    close: () => below.close(),
  }
}

/** Ledgers in memory whose index outlives the handle, so that it can be lost, old or of another ledger. */
export function memoryLedgers(
  change: (store: LogStore) => LogStore = (store) => store,
  changeIndex: (index: LocalIndex) => LedgerIndex = (index) => index,
): LedgerFactory {
  return {
    async create() {
      const place = memoryPlace()
      let index = new LayeredIndex()
      const ports = (use: LayeredIndex) => {
        const all = memoryPorts(place)
        return { ...all, store: change(all.store), index: changeIndex(use) }
      }
      const common = { headsEveryRecords: 1_000_000 }
      return {
        createLedger: (options) =>
          createLedger(ports(index), { ...common, ...options, random: (n) => new Uint8Array(randomBytes(n)) }),
        openLedger: (options) => openLedger(ports(index), { ...common, ...options }),
        openReader: (options) => openLedgerReader(ports(new LayeredIndex()), options),
        deleteIndex: async () => {
          index = new LayeredIndex()
        },
        keepIndex: async () => {
          const kept = await indexOf(place)
          return async () => {
            index = kept
          }
        },
        plantForeignIndex: async () => {
          const other = memoryPlace()
          const ledger = await createMemoryLedger({ place: other })
          const events = Array.from({ length: place.log.records.length + 10 }, () => ({
            source: '/other',
            type: 'org.example.other.v1',
            data: {},
          }))
          await ledger.append('other-1', 'no-stream', events)
          await ledger.close()
          index = await indexOf(other)
        },
        dispose: async () => {},
      }
    },
  }
}

/** An index of its own that has caught up with a log. */
async function indexOf(place: MemoryPlace, options: LedgerOptions = {}): Promise<LayeredIndex> {
  const index = new LayeredIndex()
  await (await openLedgerReader({ ...memoryPorts(place), index }, options)).close()
  return index
}
