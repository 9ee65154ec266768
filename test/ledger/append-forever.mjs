// Run by writer-process.ts: appends to a ledger until it is killed, and says on stdout what was acknowledged.
import { writeSync } from 'node:fs'

const { openEmbeddedLedger, createEmbeddedLedger } = await import(process.argv[2])
const settings = JSON.parse(process.argv[3])
const {
  directory,
  inFlight,
  batch,
  segmentBytes,
  sealDelayMs,
  headsEveryRecords,
  appends = Number.POSITIVE_INFINITY,
  noFlush,
} = settings
const options = {
  directory,
  segmentBytes,
  sealDelayMs,
  headsEveryRecords,
  lockWaitMs: 5000,
  onWarning: (w) => process.stderr.write(`${w}\n`),
}
if (noFlush) options.flush = async () => {}
const ledger = await openEmbeddedLedger(options).catch((error) => {
  if (error.code === 'LEDGER_NOT_FOUND') return createEmbeddedLedger({ ...options, origin: 'crash.example' })
  throw error
})
writeSync(1, 'open\n')
let left = appends
const one = async (lane) => {
  while (left-- > 0) {
    const count = 1 + Math.floor(Math.random() * batch)
    const events = Array.from({ length: count }, (_, n) => ({
      type: 'com.example.crash.v1',
      source: '/crash',
      data: { lane, n, text: 'x'.repeat(Math.floor(Math.random() * 400)) },
    }))
    const { positions, ids } = await ledger.append(`lane-${lane}`, 'any', events)
    writeSync(1, `ack${positions.map((position, i) => ` ${position}:${ids[i]}`).join('')}\n`)
  }
}
try {
  await Promise.all(Array.from({ length: inFlight }, (_, lane) => one(lane)))
} catch (error) {
  process.stderr.write(`${error.code}\n`)
}
writeSync(1, 'done\n')
process.exit(0)
