import { join } from 'node:path'
import { checkLedger } from '../checks/ledger.mjs'
import { product as theProduct } from '../product.mjs'
import { makeWorkload } from '../workload.mjs'
import { startProducers } from './producers.mjs'

/** Appends that are under way at once where batches are not awaited one after another. */
const IN_FLIGHT = 8

/**
 * A Clyra ledger through its public API: events validated, canonical, idempotent by id, chained by stream, durable. The
 * clock stops when they are sealed as well (tiles written, checkpoint signed and published) and the ledger is closed,
 * which stores the index; `acknowledged` is when the last append has resolved.
 */
export function clyra({ key, name, input = 'objects', ids = 'v7', feed, producing, product = theProduct }) {
  const workload = makeWorkload(ids)
  // As a program keeps them: one start for all rounds.
  let producers
  return {
    key,
    name,
    input,
    ids,
    clyra: true,
    flushed: /\.seg$/,

    async create(place) {
      const ledger = await product.create({ directory: join(place, 'ledger') })
      await ledger.close()
    },

    async open(place) {
      if (feed === 'workers') producers ??= await startProducers(2, producing)
      return product.open({ directory: join(place, 'ledger') })
    },

    /** What stands ready before the clock runs: the events, or their canonical bytes, here or in the producers. */
    async ready(_, shape) {
      if (producers !== undefined) return producers.ready(shape)
      const batches = workload.batches(shape)
      if (input === 'objects') return batches
      return batches.map((batch) => ({ ...batch, events: product.prepare(batch.events) }))
    },

    async append(ledger, work) {
      if (producers !== undefined) return producers.run(ledger)
      if (feed === 'in flight') return appendInFlight(ledger, work)
      let last
      for (const { stream, expected, events } of work) last = await ledger.append(stream, expected, events)
      return last.position
    },

    async settle(ledger, position) {
      await ledger.sealed(position)
      await ledger.close()
    },

    close: (ledger) => ledger.close(),

    check: (place, shape) => checkLedger(product, join(place, 'ledger'), { ...shape, workload }),

    end: () => producers?.end(),
  }
}

async function appendInFlight(ledger, work) {
  const waiting = []
  let last
  for (const { stream, expected, events } of work) {
    waiting.push(ledger.append(stream, expected, events))
    if (waiting.length >= IN_FLIGHT) last = await waiting.shift()
  }
  for (const one of waiting) last = await one
  return last.position
}

/** One awaited after another, from objects: what the first row of the targets measures. */
export const CLYRA = { key: 'clyra', name: 'Clyra', feed: 'one by one' }
export const CLYRA_RANDOM = { key: 'clyra-random', name: 'Clyra, random ids', ids: 'random', feed: 'one by one' }
export const CLYRA_IN_FLIGHT = {
  key: 'clyra-in-flight',
  name: `Clyra, ${IN_FLIGHT} batches in flight`,
  feed: 'in flight',
}
export const CLYRA_WORKERS = { key: 'clyra-workers', name: 'Clyra, prepare() in two workers', feed: 'workers' }
export const CLYRA_BYTES = { key: 'clyra-bytes', name: 'Clyra, prepared bytes', input: 'bytes', feed: 'in flight' }
