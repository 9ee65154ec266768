export { type EmbeddedReaderOptions, openEmbeddedLogReader } from './embedded-log-reader.js'
export { type EmbeddedLogOptions, openEmbeddedLogStore } from './embedded-log-store.js'
export {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  layoutOf,
  openEmbeddedLedger,
} from './open.js'
