// A program that uses the library: node holder.mjs <state directory> <serve|alone|restless>. It holds the ledger, serves it
// unless it is alone, and appends a little itself; what is acknowledged it prints. A restless one appends to the ledger's own
// streams and seals them as fast as it can.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLedger, serveLedger } from '../../dist/src/index.js'

const [directory = '.clyra', how = 'serve'] = process.argv.slice(2)
const ledger = await openLedger({ directory, lockWaitMs: 60_000, rememberIn: null, command: 'a program' })
const served = how === 'alone' ? undefined : await serveLedger(ledger)
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
  if (how === 'restless') {
    await ledger.recordRedaction(randomUUID(), 'retention')
    if (count % 3 !== 0) await ledger.heads()
  }
  await sleep(how === 'restless' ? 1 : 40)
}
await served?.close()
await ledger.close()
