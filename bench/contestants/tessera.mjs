import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CheckFailed, expect } from '../checks/expect.mjs'
import { encode, workload } from './peer.mjs'
import { TESSERA_PROGRAM } from './tessera-program.mjs'

/** Entries that are written to the file at once. */
const PART = 10_000

/**
 * Tessera 1.0.4 on a POSIX file system, a program of its own (`bench/tessera`): the same bytes, handed over at once;
 * it says its own times, from the first Add to a published checkpoint. Its best batch of those tried (1,024 to
 * 16,384). No streams, no ids, no schema; no antispam.
 */
export const tessera = ({ batch = 8_192, drop = 0 } = {}) => ({
  key: 'tessera',
  name: 'Tessera 1.0.4 POSIX',
  input: 'bytes',
  flushed: undefined,
  ownClock: true,

  async unavailable() {
    return existsSync(TESSERA_PROGRAM) ? undefined : 'its program could not be built: `go` 1.24 or newer is needed'
  },

  async create(place) {
    mkdirSync(place, { recursive: true })
  },

  open: async (place) => ({ place }),

  async ready({ place }, { first, count }) {
    const file = join(place, 'entries')
    writeEntries(file, first, count - drop)
    return { file, first }
  },

  async append({ place }, { file, first }) {
    const args = [
      'append',
      '-dir',
      join(place, 'log'),
      '-entries',
      file,
      '-from',
      String(first),
      '-batch',
      String(batch),
    ]
    const { integrated, published } = runTessera(args)
    return { acknowledged: integrated, settled: published }
  },

  async settle() {},

  async close() {},

  async check(place, { count }) {
    const file = join(place, 'entries')
    writeEntries(file, 0, count)
    const { size } = runTessera(['check', '-dir', join(place, 'log'), '-entries', file, '-count', String(count)])
    expect(size === count, `Tessera holds ${size} of ${count} entries`)
    return { records: count }
  },
})

function runTessera(args) {
  const { status, stdout, stderr } = spawnSync(TESSERA_PROGRAM, args, { encoding: 'utf8', timeout: 300_000 })
  if (status !== 0) throw new CheckFailed(`Tessera: ${stderr.trim().split('\n').at(-1)}`)
  return JSON.parse(stdout)
}

/** In parts: a check writes the entries of all rounds. */
function writeEntries(path, first, count) {
  const file = openSync(path, 'w')
  for (let at = first; at < first + count; at += PART) {
    const parts = []
    for (let n = at; n < Math.min(at + PART, first + count); n++) {
      const bytes = encode(workload.event(n))
      const length = Buffer.allocUnsafe(4)
      length.writeUInt32LE(bytes.length)
      parts.push(length, bytes)
    }
    writeSync(file, Buffer.concat(parts))
  }
  closeSync(file)
}
