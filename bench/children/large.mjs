// A process of its own, so that its memory is its own: appends to a new ledger, or replays one.
//   large.mjs append <directory> <count> <batch>      large.mjs replay <directory>
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runProjection } from '../../dist/projections/run/index.js'
import { runProjection as foldInto, readProjection } from '../../dist/src/projector/index.js'
import { LmdbProjectionStore } from '../../dist/src/projector/lmdb/index.js'
import { product } from '../product.mjs'
import { makeWorkload } from '../workload.mjs'

const [what, directory, events, batch, mutation] = process.argv.slice(2)
const count = mutation === 'half' ? Number(events) / 2 : Number(events)

/** When how many records had been appended or folded: says where the memory was at its peak. */
const marks = []
const mark = (records) => {
  const last = marks.at(-1)?.records ?? 0
  if (records >= last + 10_000) marks.push({ at: Date.now(), records })
}

async function append() {
  const workload = makeWorkload('v7')
  const ledger = await product.create({ directory })
  let acknowledged = 0
  let position
  let spent = 0
  for (let first = 0; first < count; first += Number(batch)) {
    // Made on the way: a million events at once would be the memory that is measured.
    const [{ stream, expected, events }] = workload.batches({ first, count: Number(batch), batch: Number(batch) })
    const begun = performance.now()
    const result = await ledger.append(stream, expected, events)
    spent += performance.now() - begun
    position = result.position
    acknowledged += result.positions.length
    mark(acknowledged)
  }
  const begun = performance.now()
  await ledger.sealed(position)
  await ledger.close()
  spent += performance.now() - begun
  return { acknowledged, perSecond: (acknowledged / spent) * 1000, marks }
}

/**
 * As a program keeps a projection: folded and stored step by step, what is not being folded on the disk. The states of a
 * million statements are themselves more than the memory that is asked for, so none of them is what is measured.
 */
async function replay() {
  const ledger = await product.read({ directory })
  const place = mkdtempSync(join(dirname(directory), 'projection-'))
  const store = LmdbProjectionStore.open(join(place, 'states'))
  try {
    await foldInto(ledger, runProjection, store, { onProgress: mark })
    let folded = 0
    const { name, version } = runProjection
    for (let page = await partitions(undefined); page.length > 0; page = await partitions(page.at(-1)))
      for (const partition of page) folded += (await readProjection(store, runProjection, partition)).view.records
    return { folded, marks }
    function partitions(after) {
      return store.partitions(name, version, after, 100)
    }
  } finally {
    await store.close()
    await ledger.close()
    rmSync(place, { recursive: true, force: true })
  }
}

process.stdout.write(JSON.stringify(await (what === 'append' ? append() : replay())))
