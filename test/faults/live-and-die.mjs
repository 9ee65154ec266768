// Run by killed-writer.ts: a writer that opens, appends, seals, makes heads, closes and opens again until it is killed.
// It says on stdout what it is about to do and what was acknowledged, a line each. It is loaded before it is told what to
// do, by a line of JSON on stdin.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'

const { openEmbeddedLedger, createEmbeddedLedger } = await import(process.argv[2])
const say = (line) => writeSync(1, `${line}\n`)

/** The same batch for the same life and number, so that the next process can repeat it. */
function batchOf(of, number, { life, mutant }) {
  const digest = createHash('sha256').update(`${of}/${number}`).digest()
  const count = 1 + (digest[0] % 30)
  return Array.from({ length: count }, (_, n) => {
    const hex = createHash('sha256')
      .update(`${of}/${number}/${n}${mutant === 'new ids' ? life : ''}`)
      .digest('hex')
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    const data = { key: `${of}/${number}/${n}`, text: 'x'.repeat(digest[1] * 2) }
    return { id, type: 'com.example.crash.v1', source: '/crash', time: '2024-02-29T12:00:00Z', data }
  })
}

async function append(ledger, of, number, settings) {
  const events = batchOf(of, number, settings)
  say(`try ${of} ${number}`)
  const appending = ledger.append(`lane-${number % 5}`, 'any', events)
  if (settings.mutant === 'early') {
    const size = await ledger.size()
    say(`ack ${of} ${number}${events.map(({ id }, i) => ` ${size + BigInt(i)}:${id}`).join('')}`)
    await appending
    return
  }
  const { positions, ids } = await appending
  say(`ack ${of} ${number}${positions.map((position, i) => ` ${position}:${ids[i]}`).join('')}`)
}

async function open(directory) {
  const options = { directory, segmentBytes: 60_000, sealDelayMs: 5, headsEveryRecords: 200, lockWaitMs: 10_000 }
  const onWarning = (warning) => say(`warning ${warning}`)
  try {
    return await openEmbeddedLedger({ ...options, onWarning })
  } catch (error) {
    if (error.code !== 'LEDGER_NOT_FOUND') throw error
    say('phase create')
    return await createEmbeddedLedger({ ...options, onWarning, origin: 'crash.example' })
  }
}

process.stdin.once('data', async (text) => {
  const settings = JSON.parse(text)
  const { directory, life, inFlight, repeat } = settings
  let number = 0
  try {
    for (let cycle = 0; ; cycle++) {
      say('phase open')
      const ledger = await open(directory)
      say('phase append')
      for (const [of, left] of cycle === 0 ? repeat : []) await append(ledger, of, left, settings)
      const lanes = Array.from({ length: inFlight }, async () => {
        for (let i = 0; i < 6; i++) await append(ledger, life, number++, settings)
      })
      await Promise.all(lanes)
      say('phase seal')
      await ledger.sealed((await ledger.size()) - 1n)
      say('phase heads')
      await ledger.heads()
      say('phase append')
      await append(ledger, life, number++, settings)
      say('phase close')
      await ledger.close()
    }
  } catch (error) {
    say(`error ${error.code ?? ''} ${String(error.stack).replaceAll('\n', ' ')}`)
    process.exit(1)
  }
})
