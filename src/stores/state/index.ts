export { assertLiesWhole } from './assert-lies-whole.js'
export { layoutOf } from './layout.js'
export { memoryFolder } from './memory-folder.js'
export { noLedger } from './no-ledger.js'
