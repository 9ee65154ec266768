import { expect } from '../checks/expect.mjs'
import { bytesOf, expectedBytes, readyBatches, sampled } from './peer.mjs'

/** hypercore 11: an append-only log with a signed Merkle tree. It does not fsync: what it acknowledges can be lost with the power. No streams, no ids, no schema. */
export const hypercore = ({ input = 'objects' } = {}) => ({
  key: 'hypercore',
  name: 'hypercore 11 (no fsync)',
  input,
  /** It does not promise to. */
  flushed: undefined,

  async create(place) {
    const core = await start(place)
    await core.close()
  },

  open: (place) => start(place),

  ready: async (_, shape) => readyBatches(shape, input),

  async append(core, work) {
    for (const { events } of work) await core.append(events.map(bytesOf))
  },

  async settle() {},

  close: (core) => core.close(),

  async check(place, { count }) {
    const core = await start(place)
    expect(core.length === count, `hypercore holds ${core.length} of ${count} events`)
    for (const n of sampled(count))
      expect(expectedBytes(n).equals(await core.get(n)), `hypercore: event ${n} is another one`)
    await core.close()
    return { records: count }
  },
})

async function start(place) {
  const { default: Hypercore } = await import('hypercore')
  const core = new Hypercore(place)
  await core.ready()
  return core
}
