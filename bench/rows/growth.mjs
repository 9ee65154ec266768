import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '../checks/expect.mjs'
import { makeWorkload } from '../workload.mjs'

const BATCH = 1_000

/**
 * What an event costs as a ledger grows: microseconds an event over the last part of each decade, from the first append
 * to records sealed and index stored, the ledger opened before the clock and closed within it.
 */
export async function measureGrowth(context) {
  const { pick, growTo } = context
  const top = growTo ?? pick(1_000_000, 10_000, 10_000)
  const decades = []
  for (let size = 10_000; size <= top; size *= 10) decades.push(size)
  const records = await growRecords(context, decades)
  const streams = []
  const numbers = pick([10, 1_000, 100_000, 1_000_000], [10, 1_000], [1_000])
  if (top >= 10_000_000) numbers.push(10_000_000)
  for (const count of numbers) streams.push(await growStreams(context, count))
  return { records, streams }
}

/** One ledger, streams of 5,000, random ids: the ones that are dear to an index. */
async function growRecords({ directory, product, progress }, decades) {
  const place = join(directory, 'growth-records')
  const workload = makeWorkload('random')
  await (await product.create({ directory: place })).close()
  const points = []
  let done = 0
  for (const size of decades) {
    progress(`growth: ${size} records`)
    const last = size / 10
    done = await append(product, place, workload, done, size - last)
    const { microseconds } = await clocked(product, place, workload, done, size)
    done = size
    points.push({ size, part: last, microseconds })
  }
  await checkGrown(product, place, workload, done)
  rmSync(place, { recursive: true, force: true })
  return points
}

/**
 * As many streams as there are, one event of each in turn, 1,000 appends of one event together (`appendMany`): the same
 * work whatever the number. The last part is a tenth of the records.
 */
async function growStreams({ directory, product, progress, pick }, streams) {
  progress(`growth: ${streams} streams`)
  const place = join(directory, `growth-streams-${streams}`)
  const count = Math.max(pick(100_000, 10_000, 5_000), streams)
  const workload = spread(makeWorkload('v7'), streams)
  await (await product.create({ directory: place })).close()
  const before = count - count / 10
  await append(product, place, workload, 0, before)
  const { microseconds } = await clocked(product, place, workload, before, count)
  await checkGrown(product, place, workload, count, streams)
  rmSync(place, { recursive: true, force: true })
  return { streams, records: count, part: count / 10, microseconds }
}

/** The same events, over `streams` streams in turn. */
function spread(workload, streams) {
  const streamOf = (n) => `run-${n % streams}`
  return {
    ...workload,
    streamOf,
    appends: (first, count) =>
      Array.from({ length: count }, (_, i) => {
        const revision = Math.floor((first + i) / streams)
        const expectedRevision = revision === 0 ? 'no-stream' : BigInt(revision - 1)
        return { stream: streamOf(first + i), expectedRevision, events: [workload.event(first + i)] }
      }),
  }
}

async function append(product, directory, workload, from, to) {
  const ledger = await product.open({ directory })
  for (let at = from; at < to; at += BATCH) await appendBatch(ledger, workload, at, Math.min(BATCH, to - at))
  await ledger.close()
  return to
}

function appendBatch(ledger, workload, first, count) {
  if (workload.appends !== undefined) return ledger.appendMany(workload.appends(first, count))
  const [{ stream, expected, events }] = workload.batches({ first, count, batch: count })
  return ledger.append(stream, expected, events)
}

/** The events of a part stand ready in slices, made between the clocks. */
async function clocked(product, directory, workload, from, to) {
  const ledger = await product.open({ directory })
  let spent = 0
  let position
  for (let at = from; at < to; at += 20 * BATCH) {
    const slice = []
    for (let first = at; first < Math.min(to, at + 20 * BATCH); first += BATCH) {
      const count = Math.min(BATCH, to - first)
      slice.push(
        workload.appends === undefined
          ? workload.batches({ first, count, batch: count })[0]
          : workload.appends(first, count),
      )
    }
    const begun = performance.now()
    for (const one of slice) {
      const result = Array.isArray(one)
        ? await ledger.appendMany(one)
        : await ledger.append(one.stream, one.expected, one.events)
      position = Array.isArray(result) ? result[result.length - 1].position : result.position
    }
    spent += performance.now() - begun
  }
  const begun = performance.now()
  await ledger.sealed(position)
  await ledger.close()
  spent += performance.now() - begun
  return { microseconds: (spent * 1000) / (to - from) }
}

/** What a check of a million records can afford: the number of events, the ids of a sample, fsck. */
async function checkGrown(product, directory, workload, count, streams) {
  const through = await product.indexThrough(directory)
  const ledger = await product.read({ directory })
  const size = Number(await ledger.size())
  expect(through === size, `the index on disk knows ${through} of ${size} records`)
  const sample = Array.from({ length: 1_000 }, (_, i) => Math.floor((i * (count - 1)) / 999))
  const positions = await ledger.positionsOf(sample.map(workload.id))
  const lost = sample.filter((_, i) => positions[i] === undefined)
  expect(lost.length === 0, `event ${lost[0]} is not in the index`)
  const first = Number(positions[0])
  // Nothing but heads records comes between.
  const spread = Number(positions[999]) - first
  expect(spread >= count - 1 && spread <= count + count / 1_000 + 10, `${count} events take ${spread} positions`)
  if (streams !== undefined) {
    const head = await ledger.streamHead(workload.streamOf(count - 1))
    expect(Number(head?.revision) === Math.floor((count - 1) / streams), 'the newest stream has another revision')
  }
  await ledger.close()
  const { ok, findings, counts } = await product.fsck({ directory, all: true })
  expect(ok, `fsck found: ${findings[0]?.message}`)
  expect(counts.records === size && size >= count, `fsck read ${counts.records} of ${size} records`)
}
