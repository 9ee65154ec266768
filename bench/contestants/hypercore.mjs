import Hypercore from 'hypercore'

/** hypercore 11: an append-only log with a signed Merkle tree. It does not fsync: what it acknowledges can be lost with the power. No streams, no ids, no schema. */
export const hypercore = {
  name: 'hypercore 11 (no fsync)',

  async create(directory) {
    const core = new Hypercore(directory)
    await core.ready()
    await core.close()
  },

  async open(directory) {
    const core = new Hypercore(directory)
    await core.ready()
    return core
  },

  ready: ({ events }, input) => ({ events: input === 'bytes' ? events.map(encode) : events }),

  async append(core, { events }) {
    await core.append(events.map((event) => (Buffer.isBuffer(event) ? event : encode(event))))
  },

  async settle() {},

  close: (core) => core.close(),

  async check(directory, expected) {
    const core = await this.open(directory)
    const { length } = core
    await core.close()
    if (length !== expected) throw new Error(`hypercore holds ${length} of ${expected} events`)
    return { records: length }
  },
}

const encode = (event) => Buffer.from(JSON.stringify(event))
