export {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  layoutOf,
  openEmbeddedLedger,
} from './embedded/index.js'
export { FileArtifactStore, FileCheckpointStore, FileKeyRing, FileTileStore, FileVault } from './files/index.js'
