import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { describeEventLog, describeLogStore, type TestFunctions } from '../../src/stores/conformance/index.js'
import { sampled } from '../faults/sampled.js'
import { embeddedLedgers, embeddedLogStores } from './embedded-fixtures.js'

type Case = Parameters<TestFunctions['it']>

/**
 * Threads only store what the same cases store without them: of each group a third, by seed, and one at least (a group
 * without a test is an error), or all.
 */
function aThirdOfEachGroup(): TestFunctions {
  let group: Case[] = []
  return {
    describe(name, body) {
      describe(name, () => {
        const around = group
        const cases: Case[] = []
        group = cases
        body()
        group = around
        const chosen = sampled(cases, 3)
        for (const one of chosen.length > 0 ? chosen : cases.slice(0, 1)) it(...one)
      })
    },
    it: (...one) => void group.push(one),
  }
}

/** From the first record on its threads store, as they do for a large load. */
const threaded = embeddedLedgers(0)

describeLogStore('embedded', embeddedLogStores, { describe, it })
describeEventLog('embedded', embeddedLedgers(), { describe, it })
describeEventLog('embedded, stored by threads', threaded, aThirdOfEachGroup())

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
