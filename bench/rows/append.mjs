import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { contestantsFor } from '../contestants/index.mjs'
import { appender, appenderApart } from './appender.mjs'

/** Batches, and how many events a round has (full, quick). */
const SHAPES = [
  { batch: 1, counts: [2_000, 300] },
  { batch: 100, counts: [40_000, 2_000] },
  { batch: 1_000, counts: [100_000, 5_000] },
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
 * round. Each has a process of its own for all of them, and one is at work at a time. The order rotates, so that nobody
 * always runs on the warm or the busy machine; round 0 is not counted: it warms the compiler and fills every store. Who
 * cannot run is named with the reason. Contestants that a mutation broke run in this process.
 *
 * @param {{ batch: number, count: number }} shape
 */
export async function measureAppend(shape, contestants, context) {
  const { rounds, progress } = context
  const { present, missing } = await askAll(contestants, progress)
  const start = context.options === undefined ? appender : appenderApart
  const running = present.map((one) => {
    const place = join(context.directory, `append-${shape.batch}-${one.key}`)
    return { one, place, times: [], under: start(one, place, shape, context) }
  })
  try {
    for (const { under } of running) await under.create()
    for (let round = 0; round <= rounds; round++) {
      for (let turn = 0; turn < running.length; turn++) {
        const { under, times } = running[(round + turn) % running.length]
        const time = await under.round(round)
        if (round > 0) times.push(time)
      }
      if (round > 0) progress(`append, ${shape.batch} a batch: round ${round} of ${rounds}`)
    }
    const measured = []
    for (const { one, under, times } of running) {
      progress(`append, ${shape.batch} a batch: checking ${one.name}, ${one.input} in`)
      const checked = await under.check(rounds + 1)
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
    for (const { under, place } of running) {
      await under.end()
      rmSync(place, { recursive: true, force: true })
    }
  }
}

async function askAll(contestants, progress) {
  const present = []
  const missing = []
  for (const one of contestants) {
    const reason = await one.unavailable?.()
    if (reason === undefined) {
      present.push(one)
      continue
    }
    missing.push({ key: one.key, name: one.name, input: one.input, reason })
    progress(`${one.name} is not run: ${reason}`)
  }
  return { present, missing }
}
