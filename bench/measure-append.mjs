import { join } from 'node:path'
import { clyra } from './contestants/clyra.mjs'
import { hypercore } from './contestants/hypercore.mjs'
import { sqlite } from './contestants/sqlite.mjs'
import { makeBatches } from './workload.mjs'

export const CONTESTANTS = [clyra, sqlite, hypercore]

/**
 * One case for all contestants: in every round each appends the same events to its own store, which grows from round to
 * round. The order rotates, so that nobody always runs on the warm or the busy machine.
 *
 * @param {{ batch: number, count: number, input: 'objects' | 'bytes' }} shape
 */
export async function measureAppend(shape, { directory, rounds, progress }) {
  const places = new Map(
    CONTESTANTS.map((one) => [one, join(directory, `${shape.input}-${shape.batch}-${one.name.split(' ')[0]}`)]),
  )
  for (const [one, place] of places) await one.create(place)
  const rows = []
  // Round 0 is not counted: it warms the compiler and fills every store.
  for (let round = 0; round <= rounds; round++) {
    const row = new Map()
    for (let turn = 0; turn < CONTESTANTS.length; turn++) {
      const one = CONTESTANTS[(round + turn) % CONTESTANTS.length]
      row.set(one.name, await measureOne(one, places.get(one), shape, round))
    }
    if (round === 0) continue
    rows.push(row)
    progress(`append, ${shape.input} in, ${shape.batch} a batch: round ${round} of ${rounds}`)
  }
  const checked = new Map()
  for (const [one, place] of places) checked.set(one.name, await one.check(place, (rounds + 1) * shape.count))
  return { shape, rows, checked, ledger: places.get(clyra) }
}

async function measureOne(contestant, place, { batch, count, input }, round) {
  const batches = makeBatches({ first: round * count, count, batch }).map((one) => contestant.ready(one, input))
  const store = await contestant.open(place)
  globalThis.gc?.()
  const begun = performance.now()
  let last
  for (const one of batches) last = await contestant.append(store, one)
  const acknowledged = performance.now() - begun
  await contestant.settle(store, last)
  const settled = performance.now() - begun
  await contestant.close(store)
  const perSecond = (ms) => (count / ms) * 1000
  return { acknowledged: perSecond(acknowledged), settled: perSecond(settled) }
}
