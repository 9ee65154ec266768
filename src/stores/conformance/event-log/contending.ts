import assert from 'node:assert/strict'
import { isClyraError } from '../../../errors/index.js'
import type { Ledger } from '../../../ledger/index.js'
import { rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'

/** Two handles that want to write at the same time: refused at open, or brought into one order by the store. */
export const CONTENDING: readonly Case<LedgerBench>[] = [
  {
    name: 'a second writer is refused with LEDGER_LOCKED, or both write into one order, each id once',
    async run(bench) {
      const { fixture } = bench
      const one = await fixture.createLedger()
      let other: Ledger | undefined
      try {
        other = await fixture.openLedger()
      } catch (error) {
        await rejection(Promise.reject(error), 'LEDGER_LOCKED')
      }
      try {
        if (other === undefined) await one.append('sample-1', 'no-stream', [sampleEvent(0)])
        else await writeBoth(one, other)
      } finally {
        // Where both write only one of them can seal; the other says so, and loses nothing.
        for (const ledger of [one, other]) {
          await ledger?.close().catch((error: unknown) => {
            assert.ok(other !== undefined && isClyraError(error, 'SEAL_FAILED'), String(error))
          })
        }
      }
    },
  },
]

async function writeBoth(one: Ledger, other: Ledger): Promise<void> {
  const random = new SeededRandom(1)
  for (let round = 0; round < 60; round++) {
    const events = sampleEvents(10 * round, random.between(1, 4))
    const stream = `sample-${round % 3}`
    // The same append from both, a little apart, beside one that only one of them makes.
    const appends = [one, other, random.pick([one, other])].map(async (ledger, i) => {
      await random.pause()
      return i < 2
        ? ledger.append(stream, 'any', events)
        : ledger.append('sample-own', 'any', [sampleEvent(100_000 + round)])
    })
    const [first, second, own] = await Promise.all(appends)
    assert.deepEqual(first!.positions, second!.positions)
    assert.deepEqual([first!.replayed, second!.replayed].sort(), [false, true], 'one of them wrote, the other repeated')
    assert.equal(own!.replayed, false)
    const expected = (await one.streamHead('sample-own'))!.revision
    const outcomes = await Promise.allSettled(
      [one, other].map((ledger, i) => ledger.append('sample-own', expected, [sampleEvent(200_000 + 2 * round + i)])),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'both appended at one revision')
  }
}
