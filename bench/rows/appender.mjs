import { fileURLToPath } from 'node:url'
import { startProcess } from '../processes.mjs'

const CHILD = fileURLToPath(new URL('../children/contestant.mjs', import.meta.url))

/**
 * One contestant through all rounds of a case, in this process; `end` comes last, whatever came before.
 *
 * @param {{ batch: number, count: number }} shape
 */
export function appender(contestant, place, { batch, count }) {
  return {
    create: () => contestant.create(place),
    round: (number) => measureRound(contestant, place, { first: number * count, count, batch }),
    check: (rounds) => contestant.check(place, { batch, count: rounds * count }),
    end: () => contestant.end?.(),
  }
}

/** The same in a process of its own, which finds the contestant by its key. */
export function appenderApart({ key, name }, place, shape, { broken }) {
  const own = startProcess(CHILD, { key, place, shape, broken }, name)
  return {
    create: () => own.call('create'),
    round: (number) => own.call('round', number),
    check: (rounds) => own.call('check', rounds),
    end: async () => {
      if (own.alive()) await own.call('end')
      await own.end()
    },
  }
}

/** Events a second, by the clock of this process or, for a program of its own, by its own. */
async function measureRound(contestant, place, shape) {
  const times = await append(contestant, place, shape)
  // What stood ready is garbage by now; kept until the next turn it would be memory that others lack.
  globalThis.gc?.()
  const perSecond = (ms) => (shape.count / ms) * 1000
  return { acknowledged: perSecond(times.acknowledged), settled: perSecond(times.settled) }
}

/** Milliseconds from the first append to the last acknowledgement and to the end of the contestant's clock. */
async function append(contestant, place, shape) {
  const store = await contestant.open(place, shape)
  const work = await contestant.ready(store, shape)
  globalThis.gc?.()
  const begun = performance.now()
  const last = await contestant.append(store, work)
  const acknowledged = performance.now() - begun
  await contestant.settle(store, last)
  const settled = performance.now() - begun
  await contestant.close(store)
  return contestant.ownClock === true ? last : { acknowledged, settled }
}
