import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { filesOf } from './disk-images.js'
import { checkImages, record } from './power-loss.js'

test('x', async () => {
  const r = await record(
    new Map(),
    { segmentBytes: 20_000, run: 'a', appends: [[3, 1], [20], [1, 2, 3], [250], [1, 1], [5]] },
    undefined,
  )
  console.log(r.model.changes.length, r.model.flushes.length, r.model.said.length, r.model.published.length)
  const all = filesOf(
    r.model,
    () => true,
    () => 'whole',
  )
  console.log([...all].map(([p, b]) => `${p} ${b?.length}`).join('\n'))
  const start = performance.now()
  const losses = await checkImages(r, {
    bound: 1024,
    limit: Number(process.env.LIMIT ?? 200),
    enough: 10,
    random: new SeededRandom(1),
  })
  console.log(losses.images, performance.now() - start, losses.faults.join('\n'))
})
