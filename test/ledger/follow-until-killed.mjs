// Run by follow-killed.test.ts: follows a ledger into a store of its own until it is killed, and says how far it has told.
import { writeSync } from 'node:fs'

const [, , dist, directory, file] = process.argv
const { openEmbeddedLedgerReader } = await import(`${dist}/stores/index.js`)
const { follow } = await import(`${dist}/projector/index.js`)
const { LmdbProjectionStore } = await import(`${dist}/projector/lmdb/index.js`)
const { lanes } = await import('./lanes.mjs')

const ledger = await openEmbeddedLedgerReader({ directory })
const store = LmdbProjectionStore.open(file)
for await (const { position } of follow(ledger, lanes, { store })) writeSync(1, `${position}\n`)
