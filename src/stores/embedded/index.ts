export { backup } from './backup.js'
export { copyMarked } from './copy-mark.js'
export { type EmbeddedReaderOptions, openEmbeddedLogReader } from './embedded-log-reader.js'
export { type EmbeddedLogOptions, openEmbeddedLogStore } from './embedded-log-store.js'
export { embeddedStore } from './embedded-store.js'
export { FileSealMemory } from './file-seal-memory.js'
export { fsck } from './fsck.js'
export {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedLedgerReader,
  type EmbeddedOptions,
  type EmbeddedReadOptions,
  findObjections,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from './open.js'
