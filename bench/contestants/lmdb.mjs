import { mkdirSync } from 'node:fs'
import { open } from 'lmdb'
import { expect } from '../checks/expect.mjs'
import { bytesOf, expectedBytes, readyBatches, sampled } from './peer.mjs'

/** LMDB with a synchronous, flushed transaction for each batch: position -> event. No streams, no ids, no hash. */
export const lmdb = ({ input = 'objects', noSync = false } = {}) => ({
  key: input === 'bytes' ? 'lmdb-bytes' : 'lmdb',
  name: 'LMDB',
  input,
  flushed: /\.mdb$/,

  async create(place) {
    mkdirSync(place, { recursive: true })
  },

  async open(place) {
    // Without `overlappingSync` a transaction that has returned is on the device.
    const db = open({ path: place, encoding: 'binary', keyEncoding: 'uint32', overlappingSync: false, noSync })
    return { db, next: db.getCount() }
  },

  ready: async (_, shape) => readyBatches(shape, input),

  async append(store, work) {
    const { db } = store
    for (const { events } of work) {
      db.transactionSync(() => {
        for (const event of events) db.putSync(store.next++, bytesOf(event))
      })
    }
  },

  async settle() {},

  close: ({ db }) => db.close(),

  async check(place, { count }) {
    const { db } = await this.open(place)
    expect(db.getCount() === count, `LMDB holds ${db.getCount()} of ${count} events`)
    for (const n of sampled(count))
      expect(db.get(n)?.equals(expectedBytes(n)) === true, `LMDB: event ${n} is another one`)
    await db.close()
    return { records: count }
  },
})
