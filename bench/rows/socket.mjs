import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkLedger } from '../checks/ledger.mjs'
import { startProcess } from '../processes.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload } from '../workload.mjs'

const PEER = fileURLToPath(new URL('../children/peer.mjs', import.meta.url))
const workload = makeWorkload('v7')

/**
 * Events a second that one producer appends, batch after batch, each acknowledged before the next: in the process that holds
 * the ledger, and over its socket from another one. In turns, half of each ledger by each.
 */
export async function measureSocket({ directory, product, pick, rounds, progress }) {
  const results = []
  for (const [batch, full] of [
    [1, 500],
    [100, 10_000],
    [1_000, 20_000],
  ]) {
    progress(`appends over the socket, batches of ${batch}`)
    const count = pick(full, 5 * batch)
    const held = []
    const served = []
    for (let round = -1; round < rounds; round++) {
      const place = join(directory, `socket-${batch}-${round}`)
      const [own, others] = await appendBoth(product, place, { batch, count, peerFirst: round % 2 === 0 })
      await checkLedger(product, place, { workload, count: 2 * count, batch })
      // The first round compiles.
      if (round < 0) continue
      held.push((count / own) * 1000)
      served.push((count / others) * 1000)
    }
    results.push({ batch, held, served })
  }
  return results
}

/** Milliseconds of either half of a new ledger. */
async function appendBoth(product, place, { batch, count, peerFirst }) {
  await (await product.create({ directory: place })).close()
  const ledger = await product.open({ directory: place })
  const serving = await product.serve(ledger)
  const peer = startProcess(PEER, { directory: place }, 'the peer')
  const here = async (first) => {
    const all = workload.batches({ first, count, batch })
    const { ms } = await timed(async () => {
      for (const { stream, expected, events } of all) await ledger.append(stream, expected, events)
    })
    return ms
  }
  const there = (first) => peer.call('append', { first, count, batch })
  try {
    if (!peerFirst) return [await here(0), await there(count)]
    const others = await there(0)
    return [await here(count), others]
  } finally {
    await peer.end()
    await serving.close()
    await ledger.close()
  }
}
