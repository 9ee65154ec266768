// A program that uses the library: node holder.mjs <state directory> <serve|alone>. It holds the ledger, serves it if it
// is told to, and appends a little itself; what is acknowledged it prints.
import { openLedger, serveLedger } from '../../dist/src/index.js'

const [directory = '.clyra', how = 'serve'] = process.argv.slice(2)
const ledger = await openLedger({ directory, lockWaitMs: 60_000, rememberIn: null, command: 'a program' })
const served = how === 'serve' ? await serveLedger(ledger) : undefined
process.stdout.write(`ready ${served?.path ?? ''}\n`)

let count = 0
let stopped = false
process.on('SIGTERM', () => {
  stopped = true
})
while (!stopped) {
  const data = { pid: String(process.pid), count: String(count++) }
  const { position, ids } = await ledger.append('beats-holder', 'any', [
    { type: 'com.example.beat.v1', source: '/holder', data },
  ])
  process.stdout.write(`ack ${position} ${ids[0]}\n`)
  await new Promise((resolve) => setTimeout(resolve, 40))
}
await served?.close()
await ledger.close()
