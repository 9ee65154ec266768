export { type BackupResult, backup } from './backup.js'
export { type EmbeddedReaderOptions, openEmbeddedLogReader } from './embedded-log-reader.js'
export { type EmbeddedLogOptions, openEmbeddedLogStore } from './embedded-log-store.js'
export { type FsckOptions, fsck } from './fsck.js'
export { layoutOf } from './layout.js'
export {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  openEmbeddedLedger,
} from './open.js'
