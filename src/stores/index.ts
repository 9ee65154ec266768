export {
  backup,
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedLedgerReader,
  type EmbeddedOptions,
  type EmbeddedReadOptions,
  fsck,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from './embedded/index.js'
export {
  ensureDirectory,
  FileArtifactStore,
  FileCheckpointStore,
  FileKeyRing,
  FileTileStore,
  FileVault,
} from './files/index.js'
export type { BackupResult, FsckOptions } from './state/index.js'
export { layoutOf, memoryFolder } from './state/index.js'
