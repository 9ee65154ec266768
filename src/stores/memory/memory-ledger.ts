import { randomBytes } from 'node:crypto'
import {
  type CreateOptions,
  createLedger,
  type LedgerHandle,
  type LedgerOptions,
  type LedgerPorts,
  openLedger,
} from '../../ledger/index.js'
import { LayeredIndex } from '../index/index.js'
import { createMemoryLog, type MemoryLog, openMemoryLogStore } from './memory-log-store.js'
import { MemoryCheckpointStore, MemoryKeyRing, MemoryTileStore } from './memory-stores.js'

/** What is left of a ledger in memory when its handle is closed. */
export interface MemoryPlace {
  readonly log: MemoryLog
  readonly tiles: MemoryTileStore
  readonly checkpoints: MemoryCheckpointStore
  readonly keys: MemoryKeyRing
}

export function memoryPlace(): MemoryPlace {
  return {
    log: createMemoryLog(),
    tiles: new MemoryTileStore(),
    checkpoints: new MemoryCheckpointStore(),
    keys: new MemoryKeyRing(),
  }
}

/** A new handle's ports on a place. */
export function memoryPorts({ log, tiles, checkpoints, keys }: MemoryPlace): LedgerPorts {
  return { store: openMemoryLogStore(log), index: new LayeredIndex(), tiles, checkpoints, keys }
}

/** A whole ledger in memory: for tests and for trying things out. Nothing survives the process. */
export function createMemoryLedger(
  options: Omit<CreateOptions, 'random'> & { readonly place?: MemoryPlace } = {},
): Promise<LedgerHandle> {
  return createLedger(memoryPorts(options.place ?? memoryPlace()), {
    ...options,
    random: (n) => new Uint8Array(randomBytes(n)),
  })
}

export function openMemoryLedger(place: MemoryPlace, options: LedgerOptions = {}): Promise<LedgerHandle> {
  return openLedger(memoryPorts(place), options)
}
