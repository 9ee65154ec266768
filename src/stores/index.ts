export {
  type BackupResult,
  backup,
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedLedgerReader,
  type EmbeddedOptions,
  type EmbeddedReadOptions,
  type FsckOptions,
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
export { layoutOf, memoryFolder } from './state/index.js'
