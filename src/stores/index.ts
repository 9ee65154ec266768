export {
  type BackupResult,
  backup,
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  type FsckOptions,
  fsck,
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
export { layoutOf, memoryFolder } from './state/index.js'
