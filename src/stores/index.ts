export {
  type BackupResult,
  backup,
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  type FsckOptions,
  fsck,
  layoutOf,
  memoryFolder,
  openEmbeddedLedger,
} from './embedded/index.js'
export {
  ensureDirectory,
  FileArtifactStore,
  FileCheckpointStore,
  FileKeyRing,
  FileTileStore,
  FileVault,
} from './files/index.js'
