import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { contestantsFor } from '../contestants/index.mjs'

/** Batches, and how many events a round has (full, quick, tiny). */
export const SHAPES = [
  { batch: 1, counts: [1_000, 300, 50] },
  { batch: 100, counts: [20_000, 2_000, 500] },
  { batch: 1_000, counts: [30_000, 5_000, 2_000] },
]

/** Appending beside the peers, for each size of batch. */
export async function measureAppends(context) {
  const results = []
  for (const { batch, counts } of SHAPES.filter(({ batch }) => context.batches?.includes(batch) ?? true)) {
    const chosen = contestantsFor(batch).filter(
      ({ key }) => context.peers === undefined || /^clyra/.test(key) || context.peers.includes(key),
    )
    results.push(await measureAppend({ batch, count: context.pick(...counts) }, chosen, context))
  }
  return results
}

/**
 * One case for all contestants: in every round each appends the same events to its own store, which grows from round to
 * round. The order rotates, so that nobody always runs on the warm or the busy machine; round 0 is not counted: it
 * warms the compiler and fills every store. Who cannot run is named with the reason.
 *
 * @param {{ batch: number, count: number }} shape
 */
export async function measureAppend(shape, contestants, { directory, rounds, progress }) {
  const missing = []
  const running = []
  for (const one of contestants) {
    const reason = await one.unavailable?.()
    if (reason === undefined)
      running.push({ one, place: join(directory, `append-${shape.batch}-${one.key}`), times: [] })
    else {
      missing.push({ key: one.key, name: one.name, input: one.input, reason })
      progress(`${one.name} is not run: ${reason}`)
    }
  }
  try {
    for (const { one, place } of running) await one.create(place)
    for (let round = 0; round <= rounds; round++) {
      for (let turn = 0; turn < running.length; turn++) {
        const { one, place, times } = running[(round + turn) % running.length]
        const time = await measureOne(one, place, shape, round)
        if (round > 0) times.push(time)
      }
      if (round > 0) progress(`append, ${shape.batch} a batch: round ${round} of ${rounds}`)
    }
    const measured = []
    for (const { one, place, times } of running) {
      progress(`append, ${shape.batch} a batch: checking ${one.name}, ${one.input} in`)
      const checked = await one.check(place, {
        batch: shape.batch,
        count: (rounds + 1) * shape.count * (one.times ?? 1),
      })
      const { key, name, input } = one
      measured.push({
        key,
        name,
        input,
        clyra: one.clyra === true,
        checked,
        acknowledged: times.map((t) => t.acknowledged),
        settled: times.map((t) => t.settled),
      })
    }
    return { ...shape, contestants: measured, missing }
  } finally {
    for (const { one, place } of running) {
      await one.end?.()
      rmSync(place, { recursive: true, force: true })
    }
  }
}

/** Events a second, by the clock of this process or, for a program of its own, by its own. */
async function measureOne(contestant, place, { batch, count: base }, round) {
  const count = base * (contestant.times ?? 1)
  const shape = { first: round * count, count, batch }
  const store = await contestant.open(place, shape)
  const work = await contestant.ready(store, shape)
  globalThis.gc?.()
  const begun = performance.now()
  const last = await contestant.append(store, work)
  const acknowledged = performance.now() - begun
  await contestant.settle(store, last)
  const settled = performance.now() - begun
  await contestant.close(store)
  const perSecond = (ms) => (count / ms) * 1000
  return contestant.ownClock === true
    ? { acknowledged: perSecond(last.acknowledged), settled: perSecond(last.settled) }
    : { acknowledged: perSecond(acknowledged), settled: perSecond(settled) }
}
