// A process of its own, so that its memory is its own: appends to a new ledger, or replays one.
//   large.mjs append <directory> <count> <batch>      large.mjs replay <directory>
import { runProjection } from '../../dist/projections/run/index.js'
import { product } from '../product.mjs'
import { makeWorkload } from '../workload.mjs'

const [what, directory, events, batch, mutation] = process.argv.slice(2)
const count = mutation === 'half' ? Number(events) / 2 : Number(events)

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
  }
  const begun = performance.now()
  await ledger.sealed(position)
  await ledger.close()
  spent += performance.now() - begun
  return { acknowledged, perSecond: (acknowledged / spent) * 1000 }
}

async function replay() {
  const ledger = await product.open({ directory, readOnly: true })
  const { states } = await product.foldLedger(ledger, runProjection)
  await ledger.close()
  return { folded: [...states.values()].reduce((sum, { state }) => sum + state.records, 0) }
}

process.stdout.write(JSON.stringify(await (what === 'append' ? append() : replay())))
