// Run by racer.ts: each line on stdin is a try to open the ledger for writing; says what came of it. Who has
// it appends an event for each further line.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const { openEmbeddedLedger } = await import(process.argv[2])
const say = (line) => writeSync(1, `${line}\n`)
let ledger
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    if (ledger === undefined) {
      ledger = await openEmbeddedLedger({ directory: process.argv[3], command: `racer ${process.pid}` })
      say('open')
    } else {
      const events = [{ type: 'com.example.race.v1', source: '/race', data: {} }]
      const { position, ids } = await ledger.append('race-1', 'any', events)
      say(`appended ${position} ${ids[0]}`)
    }
  } catch (error) {
    say(`refused ${error.code} ${error.details?.pid}`)
  }
}
