import { sha256 } from '../../dist/src/crypto/index.js'
import { prepare, RecordFrame } from '../../dist/src/events/index.js'
import { CompactRange, leafHash } from '../../dist/src/merkle/index.js'
import { expect } from '../checks/expect.mjs'
import { naiveLeaf, naiveRoot } from '../checks/naive-tree.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload } from '../workload.mjs'

const PREPARED = 5_000
const workload = makeWorkload('v7')

/** What `measureRoot` measures; a mutation puts a broken one in its place. */
export const component = { bytesAndRoot, rootOf }

/**
 * The heart of a log without the log, on one thread: from prepared events to the bytes of chained records, their leaf
 * hashes and the root of the tree; and from bytes that are there to the root.
 */
export async function measureRoot({ pick, rounds, progress, component: under = component }) {
  progress('bytes and root of a million records')
  const count = pick(1_000_000, 20_000, 5_000)
  const prepared = prepare(workload.batches({ first: 0, count: PREPARED, batch: PREPARED })[0].events)
  const whole = []
  const bare = []
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const made = await timed(() => under.bytesAndRoot(prepared, count))
    whole.push((count / made.ms) * 1000)
    const kept = Array.from({ length: PREPARED }, (_, i) => naiveRecord(i, Buffer.alloc(32)))
    const again = Math.ceil(count / kept.length)
    const rooted = await timed(() => under.rootOf(kept, again))
    bare.push(((kept.length * again) / rooted.ms) * 1000)
    if (round > 0) continue
    // The same once more, by the naive tree and the naive hash.
    const leaves = []
    for (let i = 0, leaf = Buffer.alloc(32); i < count; i++) {
      leaf = naiveLeaf(naiveRecord(i, leaf))
      leaves.push(leaf)
    }
    expect(naiveRoot(leaves).equals(made.result), `the root of ${count} records is another one`)
    const naive = kept.map(naiveLeaf)
    const repeated = Array.from({ length: kept.length * again }, (_, i) => naive[i % naive.length])
    expect(naiveRoot(repeated).equals(rooted.result), `the root of ${repeated.length} kept records is another one`)
  }
  return { count, whole, bare }
}

const FRAME = {
  ledger: 'bench.clyra.internal',
  stream: 'run-0',
  submitter: 'local',
  recordedat: '2025-11-21T12:54:04.130Z',
}

function bytesAndRoot(prepared, count) {
  const frame = new RecordFrame(FRAME)
  const range = new CompactRange()
  // The byte before the record is the 0x00 that a leaf hash begins with: it is hashed where it lies, as the ledger does.
  const arena = new Uint8Array(4096)
  let leaf = new Uint8Array(32)
  for (let i = 0; i < count; i++) {
    const end = frame.write(prepared, i % PREPARED, i, leaf, arena, 1)
    leaf = sha256(arena.subarray(0, end))
    range.append(leaf)
  }
  return range.root()
}

function rootOf(records, times) {
  const range = new CompactRange()
  for (let i = 0; i < times; i++) for (const bytes of records) range.append(leafHash(bytes))
  return range.root()
}

/** The record as an object, sorted by its member names and stringified: RFC 8785 for data like this one. */
function naiveRecord(i, prev) {
  const event = workload.event(i % PREPARED)
  const record = { ...event, ...FRAME, specversion: '1.0', prev: prev.toString('hex'), revision: String(i) }
  return Buffer.from(JSON.stringify(sorted(record)))
}

function sorted(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}
