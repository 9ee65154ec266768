export { connectHolder, type Holder } from './connect-holder.js'
export type { Appender } from './protocol.js'
export { type HeldLedger, type ServedLedger, type ServeOptions, serveLedger } from './serve-ledger.js'
export { makeSocketFolder } from './socket-place.js'
