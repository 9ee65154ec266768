// Appends batches of 10 one after another and says so after each: watched by checks/flushes.mjs.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { contestantsFor } from '../contestants/index.mjs'
import { mutatedContestant } from '../mutations/flush.mjs'

const [key, directory, appends] = process.argv.slice(2)
const shape = { batch: 10, first: 0, count: 10 * Number(appends) }
const one =
  mutatedContestant(key, process.env.CLYRA_BENCH_MUTATION) ?? contestantsFor(1_000).find((each) => each.key === key)
const place = join(directory, 'store')
await one.create(place)
const store = await one.open(place, shape)
for (let i = 0; i < Number(appends); i++) {
  const work = await one.ready(store, { ...shape, first: 10 * i, count: 10 })
  await one.append(store, work)
  writeSync(1, `ack ${i}\n`)
}
await one.close(store)
