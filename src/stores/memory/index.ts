export { createMemoryLedger, type MemoryPlace, memoryPlace, memoryPorts, openMemoryLedger } from './memory-ledger.js'
export { createMemoryLog, type MemoryLog, openMemoryLogStore } from './memory-log-store.js'
export { MemorySealMemory } from './memory-seal-memory.js'
export { MemoryCheckpointStore, MemoryKeyRing, MemoryTileStore } from './memory-stores.js'
