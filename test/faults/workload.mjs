// Run by workload.ts: one fixed piece of work on a ledger, a line on stdout for all that was acknowledged or refused.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'

// Names of temporary files hold the process id: the same ones in each run, so that a fault can be aimed at a file.
Object.defineProperty(process, 'pid', { value: 4242 })
const { openEmbeddedLedger, createEmbeddedLedger } = await import(process.argv[2])
const { directory, segmentBytes, appends, run } = JSON.parse(process.argv[3])

const say = (line) => writeSync(1, `${line}\n`)
const refused = (what) => (error) => {
  say(`refused ${what} ${error?.code ?? 'UNNAMED'} ${JSON.stringify(String(error?.stack ?? error))}`)
  return undefined
}

/** A UUIDv8 that is the same in each run. */
function idOf(text) {
  const digits = createHash('sha256').update(`${run} ${text}`).digest('hex')
  const variant = '89ab'[Number.parseInt(digits[16], 16) % 4]
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

let batches = 0
async function append(ledger, stream, count) {
  const batch = `${run}-${batches++}`
  const events = Array.from({ length: count }, (_, n) => ({
    id: idOf(`${batch} ${n}`),
    type: 'com.example.fault.v1',
    source: '/fault',
    data: { batch, n, of: count, text: 'x'.repeat((n * 37) % 200) },
  }))
  const done = await ledger.append(stream, 'any', events).catch(refused(`append ${batch}`))
  if (done === undefined) return
  say(`ack${done.positions.map((position, i) => ` ${position}:${done.ids[i]}`).join('')}`)
}

let clock = 0
const options = {
  directory,
  segmentBytes,
  sealDelayMs: 600_000,
  headsEveryRecords: 1_000_000,
  // Names in torn/ hold the time. Each run is later than those before it.
  now: () => 1_800_000_000_000 + 1_000_000 * ['first', 'second', 'third'].indexOf(run) + clock++,
  onWarning: (warning) => say(`warning ${JSON.stringify(String(warning))}`),
}
const ledger = await openEmbeddedLedger(options)
  .catch((error) => {
    if (error?.code !== 'LEDGER_NOT_FOUND') throw error
    return createEmbeddedLedger({ ...options, origin: 'fault.example' })
  })
  .catch(refused('open'))
if (ledger !== undefined) {
  say('open')
  for (const [n, counts] of appends.entries()) {
    // The appends of one step are under way together; a seal or a heads record follows.
    await Promise.all(counts.map((count, lane) => append(ledger, `lane-${lane}`, count)))
    const size = await ledger.size()
    const sealed =
      n % 2 === 0
        ? await ledger.sealed(size - 1n).catch(refused('seal'))
        : (await ledger.heads().catch(refused('heads')))?.checkpoint
    if (sealed !== undefined) say(`published ${Buffer.from(sealed.note).toString('base64')}`)
  }
  await ledger.close().catch(refused('close'))
  say('closed')
}
say('done')
