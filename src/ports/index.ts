export type { ArtifactStore, StoredArtifact } from './artifact-store.js'
export { type Awaitable, isPending } from './awaitable.js'
export type { CheckpointStore } from './checkpoint-store.js'
export type { KeyPurpose, KeyRing } from './key-ring.js'
export type { AppliedRecord, HeadsMapView, IndexedRecord, LedgerIndex, LocalIndex, StreamHead } from './ledger-index.js'
export type { LogRecord, LogStore, LogStoreCapabilities, ReadRange, StoredRecord } from './log-store.js'
export type {
  FoldedState,
  ProjectionCheckpoint,
  ProjectionStep,
  ProjectionStore,
  StoredState,
} from './projection-store.js'
export type { RememberedNote, SealMemory } from './seal-memory.js'
export type { TileStore } from './tile-store.js'
export type { Vault } from './vault.js'
export type {
  AskedAfter,
  AskedBefore,
  ClaimedRelation,
  FoundTarget,
  GivenTarget,
  NotGiven,
  ProfileField,
  ProfileFields,
  Warehouse,
  WarehouseFinding,
  WarehouseKind,
  WarehouseReading,
} from './warehouse.js'
