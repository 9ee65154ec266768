import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { describeEventLog, describeLogStore, type TestFunctions } from '../../src/stores/conformance/index.js'
import { fullBounds } from '../faults/report.js'
import { sampleSeed } from '../faults/sampled.js'
import { embeddedLedgers, embeddedLogStores } from './embedded-fixtures.js'

let turn = fullBounds ? 0 : sampleSeed()

/** Threads only store what the same cases above store without them: of these a third, by seed, or all. */
function oneOfThree(...test: Parameters<TestFunctions['it']>): void {
  if (turn++ % 3 === 0 || fullBounds) it(...test)
}

/** From the first record on its threads store, as they do for a large load. */
const threaded = embeddedLedgers(0)

describeLogStore('embedded', embeddedLogStores, { describe, it })
describeEventLog('embedded', embeddedLedgers(), { describe, it })
describeEventLog('embedded, stored by threads', threaded, { describe, it: oneOfThree })

it('threads of the source as it is now store index and tiles of a ledger that is stored by threads', async () => {
  let started = 0
  const count = (_worker: Worker) => void started++
  process.on('worker', count)
  const fixture = await threaded.create()
  try {
    const ledger = await fixture.createLedger({})
    const { position } = await ledger.append('thing-1', 'any', [
      { type: 'com.example.thing.v1', source: '/t', data: {} },
    ])
    await ledger.sealed(position)
    await ledger.close()
    expect(started).toBe(2)
    await fixture.verify?.()
  } finally {
    process.off('worker', count)
    await fixture.dispose()
  }
})
