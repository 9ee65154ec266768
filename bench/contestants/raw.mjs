import { closeSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '../checks/expect.mjs'
import { expectedBytes, readyBatches } from './peer.mjs'

/** The floor under everything: (length, bytes)* appended to a file, one write and one fdatasync a batch, nothing else. */
export const raw = ({ flush = fdatasyncSync } = {}) => ({
  key: 'raw',
  name: 'raw segments + fdatasync',
  input: 'bytes',
  flushed: /segment$/,

  async create(place) {
    mkdirSync(place, { recursive: true })
  },

  async open(place) {
    const file = openSync(join(place, 'segment'), 'a')
    return { file, at: fstatSync(file).size }
  },

  ready: async (_, shape) => readyBatches(shape, 'bytes'),

  async append({ file }, work) {
    for (const { events } of work) {
      const parts = []
      for (const bytes of events) {
        const length = Buffer.allocUnsafe(4)
        length.writeUInt32LE(bytes.length)
        parts.push(length, bytes)
      }
      writeSync(file, Buffer.concat(parts))
      flush(file)
    }
  },

  async settle() {},

  close: async ({ file }) => closeSync(file),

  async check(place, { count }) {
    const all = readFileSync(join(place, 'segment'))
    let n = 0
    for (let at = 0; at < all.length; n++) {
      const end = at + 4 + all.readUInt32LE(at)
      expect(all.subarray(at + 4, end).equals(expectedBytes(n)), `raw segments: event ${n} is another one`)
      at = end
    }
    expect(n === count, `raw segments hold ${n} of ${count} events`)
    return { records: n, bytesPerRecord: Math.round(all.length / n) - 4 }
  },
})
