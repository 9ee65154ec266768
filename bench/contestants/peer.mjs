import { makeWorkload } from '../workload.mjs'

/** What the peers keep of an event: its JSON, without the ledger's attributes and without canonical order. */
export const encode = (event) => Buffer.from(JSON.stringify(event))

export const workload = makeWorkload('v7')

/**
 * Batches as a peer takes them: stream, first version, ids, and the events as objects or, where bytes come in, encoded
 * before the clock runs.
 */
export function readyBatches(shape, input) {
  return workload.batches(shape).map(({ stream, first, events }) => ({
    stream,
    version: workload.revisionOf(first),
    ids: events.map(({ id }) => id),
    events: input === 'bytes' ? events.map(encode) : events,
  }))
}

/** The bytes of an event inside the clock: encoded where objects come in. */
export const bytesOf = (event) => (Buffer.isBuffer(event) ? event : encode(event))

/** Numbers of events of which the bytes are compared: a sample, always with the first and the last. */
export function sampled(count) {
  const numbers = []
  for (let n = 0; n < count; n += 97) numbers.push(n)
  if (numbers[numbers.length - 1] !== count - 1) numbers.push(count - 1)
  return numbers
}

export const expectedBytes = (n) => encode(workload.event(n))
