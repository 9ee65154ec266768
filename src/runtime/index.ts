export { createState } from './create-state.js'
export { drainWaiting } from './drain-waiting.js'
export { type WriterOptions, withReader, withWriter } from './open-ledger.js'
export type { OpenedLedger, OpenedReader, WritingCaller } from './opened-ledger.js'
