import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '../checks/expect.mjs'
import { checkLedger } from '../checks/ledger.mjs'
import { latency } from '../statistics.mjs'
import { makeWorkload } from '../workload.mjs'

const CLIENTS = 64
const workload = makeWorkload('v7')

/**
 * Single appends, 64 under way at any time: how long each waited until it was durable. Once on the disk as it is, once
 * with every flush drawn out to a millisecond, which is what the target speaks of.
 */
export async function measureSingles({ directory, product, pick, progress }) {
  const results = []
  for (const [name, slow] of [
    ['as it is', 0],
    ['1 ms a flush', 1],
  ]) {
    progress(`single appends, 64 in flight, disk ${name}`)
    const place = join(directory, `singles-${slow}`)
    const flushTimes = []
    const flush = async (file) => {
      const begun = performance.now()
      await file.datasync()
      while (performance.now() - begun < slow) await sleep(1)
      flushTimes.push(performance.now() - begun)
    }
    const count = pick(60_000, 2_000, 500)
    await (await product.create({ directory: place })).close()
    const ledger = await product.open({ directory: place, ...(slow > 0 ? { flush } : {}) })
    const all = workload.batches({ first: 0, count, batch: 1 })
    // The first appends compile; they are not counted.
    const warm = Math.floor(count / 10)
    const times = []
    let next = 0
    const begun = performance.now()
    const client = async () => {
      while (next < all.length) {
        const { first, stream, expected, events } = all[next++]
        const since = performance.now()
        const { position } = await ledger.append(stream, expected, events)
        if (first >= warm) times.push(performance.now() - since)
        if (first % 50 === 0) expect((await ledger.size()) > position, `append ${first} resolved before it was durable`)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    const perSecond = (count / (performance.now() - begun)) * 1000
    await ledger.close()
    await checkLedger(product, place, { workload, count, batch: 1 })
    results.push({
      disk: name,
      flush: flushTimes.length > 0 ? latency(flushTimes) : undefined,
      perSecond,
      ...latency(times),
    })
  }
  return results
}

/** How late the event loop of the appending process is at 5,000 events a second in batches of 50, and idle. */
export async function measureLoop({ directory, product, pick, progress }) {
  progress('delay of the event loop')
  const place = join(directory, 'loop')
  const seconds = pick(10, 2, 1)
  const [rate, batch] = [5_000, 50]
  const count = rate * seconds
  await (await product.create({ directory: place })).close()
  const ledger = await product.open({ directory: place })
  // A second as long as the measured ones before, to compile.
  const all = workload.batches({ first: 0, count: count + rate, batch })
  const idle = await watchLoop(() => sleep(1_000))
  const pace = async (batches) => {
    const begun = performance.now()
    const under = []
    for (let i = 0; i < batches.length; i++) {
      const wait = begun + (i * batch * 1000) / rate - performance.now()
      if (wait > 0) await sleep(wait)
      const { stream, expected, events } = batches[i]
      under.push(ledger.append(stream, expected, events))
    }
    await Promise.all(under)
    return ((batches.length * batch) / (performance.now() - begun)) * 1000
  }
  await pace(all.slice(0, rate / batch))
  let held
  const busy = await watchLoop(async () => {
    held = await pace(all.slice(rate / batch))
  })
  await ledger.close()
  await checkLedger(product, place, { workload, count: count + rate, batch })
  // Small, it only shows that events are counted: another's load must not fail it.
  expect(
    held > pick(0.9, 0.5, 0) * rate,
    `the event loop was to take ${rate} events a second and took ${Math.round(held)}`,
  )
  expect(busy.count > seconds * pick(100, 50, 5), `the event loop was looked at only ${busy.count} times`)
  return { rate, batch, seconds, held, idle, busy }
}

/** Milliseconds by which a timer of 1 ms fires late, while `work` runs. */
async function watchLoop(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  await work()
  histogram.disable()
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - 1)
  return {
    count: histogram.count,
    p50: late(histogram.percentile(50)),
    p99: late(histogram.percentile(99)),
    max: late(histogram.max),
  }
}

/** From the call of `append` to the record in the hands of a subscriber of the same process, one event at a time. */
export async function measureLag({ directory, product, pick, progress }) {
  progress('subscribe lag')
  const place = join(directory, 'lag')
  const count = pick(2_000, 200, 50)
  await (await product.create({ directory: place })).close()
  const ledger = await product.open({ directory: place })
  const stop = new AbortController()
  const sent = new Map()
  const times = []
  const acknowledged = []
  let wrong = 0
  let caughtUp
  const ready = new Promise((resolve) => {
    caughtUp = resolve
  })
  const following = (async () => {
    for await (const message of ledger.subscribe({ filter: { categories: ['run'] }, signal: stop.signal })) {
      if (message.kind === 'caught-up') caughtUp()
      if (message.kind !== 'record') continue
      const since = sent.get(message.record.event.id)
      if (since === undefined) wrong++
      else times.push(performance.now() - since)
      sent.delete(message.record.event.id)
      if (times.length === count) stop.abort()
    }
  })()
  await ready
  for (const { stream, expected, events } of workload.batches({ first: 0, count, batch: 1 })) {
    const since = performance.now()
    sent.set(events[0].id, since)
    await ledger.append(stream, expected, events)
    acknowledged.push(performance.now() - since)
    await sleep(1)
  }
  await Promise.race([following, sleep(pick(5_000, 5_000, 1_000))])
  stop.abort()
  expect(
    times.length === count && wrong === 0,
    `a subscriber got ${times.length} of ${count} records, and ${wrong} others`,
  )
  await ledger.close()
  await checkLedger(product, place, { workload, count, batch: 1 })
  return { ...latency(times), acknowledged: latency(acknowledged) }
}
