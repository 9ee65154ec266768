// Run by syscalls.test.ts: opens a ledger, waits for a word on stdin, then appends and seals, and says what came of it.
import { writeSync } from 'node:fs'

const { openEmbeddedLedger } = await import(process.argv[2])
const say = (line) => writeSync(1, `${line}\n`)
const ledger = await openEmbeddedLedger({ directory: process.argv[3], sealDelayMs: 600_000 }).catch((error) => {
  say(`refused ${error.code} ${error.message}`)
  process.exit(0)
})
say('open')
await new Promise((resolve) => process.stdin.once('data', resolve))
try {
  const events = [{ type: 'com.example.second.v1', source: '/second', data: {} }]
  const { position } = await ledger.append('lane-0', 'any', events)
  const { note } = await ledger.sealed(position)
  say(`published ${Buffer.from(note).toString('base64')}`)
} catch (error) {
  say(`refused ${error.code} ${error.cause?.code}`)
}
process.exit(0)
