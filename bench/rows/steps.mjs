import { createHash, createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Worker } from 'node:worker_threads'
import { canonicalString } from '../../dist/src/canonical/index.js'
import { ALGORITHMS, signerOf } from '../../dist/src/crypto/index.js'
import {
  CLYRA_REGISTRY,
  checkTransferred,
  finishRecord,
  parseRecord,
  prepare,
  transferListOf,
} from '../../dist/src/events/index.js'
import { TileEdge } from '../../dist/src/ledger/tile-edge.js'
import { CompactRange, leafHash, nodeHash } from '../../dist/src/merkle/index.js'
import { openEmbeddedLogStore } from '../../dist/src/stores/embedded/index.js'
import { FileTileStore } from '../../dist/src/stores/index.js'
import { openLmdbIndex } from '../../dist/src/stores/lmdb/index.js'
import { createMemoryLedger } from '../../dist/src/stores/memory/index.js'
import { expect } from '../checks/expect.mjs'
import { naiveLeaf, naiveRoot } from '../checks/naive-tree.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload } from '../workload.mjs'

const COUNT = 5_000
const workload = makeWorkload('v7')
const FRAME = {
  ledger: 'bench.clyra.internal',
  stream: 'run-0',
  submitter: 'local',
  recordedat: '2025-11-21T12:54:04.130Z',
}

/**
 * What each step of an event's way costs on this machine, alone: microseconds an event, the best of the rounds, since
 * what disturbs only adds. The steps in a ledger overlap and disturb each other; their sum is no forecast.
 */
export async function measureSteps(context) {
  const { progress, directory } = context
  progress('cost of each step')
  const events = workload.batches({ first: 0, count: COUNT, batch: COUNT })[0].events
  const prepared = prepare(events)
  const records = chain(prepared)
  const place = join(directory, 'steps')
  mkdirSync(place, { recursive: true })
  const steps = [...pureSteps(events, prepared, records), ...diskSteps(place, prepared, records)]
  const rows = []
  // A mutation judges otherwise: whether the check refuses what was not worked for.
  const judge = context.judge ?? (({ check }, result) => check(result))
  for (const step of steps) {
    const { name, unit = COUNT, per = 'event', run } = step
    const times = []
    for (let round = 0; round < context.pick(5, 2, 1); round++) {
      const { ms, result } = await timed(() => run(round))
      judge(step, result)
      // A step that has to set something up says its own time.
      times.push(((result?.ms ?? ms) * 1000) / unit)
    }
    rows.push({ name, per, microseconds: Math.min(...times) })
  }
  return rows
}

function pureSteps(events, prepared, records) {
  const schema = CLYRA_REGISTRY.get(events[0].type).schema
  const texts = records.map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
  const leaves = records.map(({ leaf }) => leaf)
  const last = COUNT - 1
  const same = (value, wanted, what) => expect(isDeepStrictEqual(value, wanted), `${what} gave something else`)
  const { signer, text, publicKey } = signing()
  return [
    {
      name: 'JSON.stringify of the event, as the peers do',
      run: () => events.map((event) => JSON.stringify(event)),
      check: (got) => same(JSON.parse(got[last]), events[last], 'JSON.stringify'),
    },
    {
      name: 'canonical form (RFC 8785) of its data',
      run: () => events.map(({ data }) => canonicalString(data)),
      check: (got) => same(JSON.parse(got[last]), events[last].data, 'the canonical form'),
    },
    {
      name: 'schema (zod)',
      run: () => events.map(({ data }) => schema.parse(data)),
      check: (got) => same(got[last], events[last].data, 'the schema'),
    },
    {
      name: '`prepare`: attributes, schema and canonical bytes together',
      run: () => prepare(events),
      check: (got) => same(Buffer.from(got.bytes).equals(prepared.bytes), true, 'prepare'),
    },
    {
      name: 'finish, hash and chain a record from prepared bytes',
      run: () => chain(prepared),
      check: (got) => same(naiveLeaf(got[last].bytes).equals(records[last].leaf), true, 'the chain'),
    },
    {
      name: 'leaf hash (SHA-256 of a record)',
      run: () => records.map(({ bytes }) => leafHash(bytes)),
      check: (got) => same(naiveLeaf(records[last].bytes).equals(got[last]), true, 'the leaf hash'),
    },
    {
      name: 'node hash (RFC 6962)',
      run: () => leaves.map((leaf) => nodeHash(leaf, leaf)),
      check: (got) => same(node(leaves[last]).equals(got[last]), true, 'the node hash'),
    },
    {
      name: 'tree: append a leaf, its nodes included',
      run() {
        const range = new CompactRange()
        range.append(leaves)
        return range.root()
      },
      check: (got) => same(naiveRoot(leaves).equals(got), true, 'the tree'),
    },
    {
      name: 'signature of a checkpoint (Ed25519)',
      unit: 200,
      per: 'checkpoint',
      run: async () => {
        let made
        for (let i = 0; i < 200; i++) made = await signer.sign(text)
        return made
      },
      check: (got) => expect(verify(null, text, publicKey, got), 'the signature does not verify'),
    },
    {
      name: 'JSON.parse of a record',
      run: () => texts.map((one) => JSON.parse(one)),
      check: (got) => same(got[last].id, events[last].id, 'JSON.parse'),
    },
    {
      name: 'read a record: strict parse and attribute grammar',
      run: () => records.map(({ bytes }) => parseRecord(bytes)),
      check: (got) => same(got[last].data, events[last].data, 'parseRecord'),
    },
  ]
}

function diskSteps(place, prepared, records) {
  const batches = Array.from({ length: 5 }, (_, i) => records.slice(i * 1_000, i * 1_000 + 1_000))
  const store = (name, flush) => ({
    name,
    run: async (round) => {
      const directory = join(place, `${flush === undefined ? 'log' : 'frames'}-${round}`)
      const log = await openEmbeddedLogStore({ directory, cacheDirectory: `${directory}-cache`, flush })
      let head = 0
      for (const batch of batches) {
        await log.append(batch, head)
        head += batch.length
      }
      const [last] = await log.read({ before: head, limit: 1, backwards: true })
      await log.close()
      return last
    },
    check: (last) =>
      expect(Buffer.from(last.bytes).equals(records[COUNT - 1].bytes), 'the log gave another last record'),
  })
  const index = (ids) => ({
    name: `index: 5,000 ids (${ids}), positions and stream heads, stored`,
    run: async (round) => {
      const named = makeWorkload(ids === 'UUIDv7' ? 'v7' : 'random')
      const opened = await openLmdbIndex(join(place, `index-${ids}-${round}`), () => undefined)
      const entries = records.map(({ position, stream, revision, leaf }, n) => ({
        position,
        stream,
        revision,
        leaf,
        id: named.id(n),
      }))
      await opened.apply(entries)
      await opened.flush()
      const found = opened.positionsOf([named.id(COUNT - 1)])
      await opened.close()
      return found
    },
    check: ([position]) => expect(position === COUNT - 1, 'the index does not know the last id'),
  })
  const flush = (size) => ({
    name: `write and fdatasync of ${size / 1024} KB`,
    unit: 30,
    per: 'flush',
    run() {
      const file = openSync(join(place, `flush-${size}`), 'w')
      const page = Buffer.alloc(size, 1)
      let written = 0
      for (let i = 0; i < 30; i++) {
        written += writeSync(file, page, 0, size, i * size)
        fdatasyncSync(file)
      }
      closeSync(file)
      return written
    },
    check: (written) => expect(written === 30 * size, 'a write was short'),
  })
  return [
    handOver(prepared),
    withoutDisk(prepared),
    tiles(place, records),
    store('log: frame, checksum and write, 1,000 a batch, not flushed', async () => undefined),
    store('log: the same, flushed', undefined),
    index('UUIDv7'),
    index('random'),
    flush(4 * 1024),
    flush(256 * 1024),
    flush(1024 * 1024),
  ]
}

/** Prepared events to a thread and back, their buffers transferred: half of that is what a producer's hand-over costs. */
const handOver = (prepared) => ({
  name: 'hand prepared events over to another thread, 5,000 at once, transferred',
  unit: 2 * COUNT,
  run: async () => {
    const worker = new Worker(ECHO, { eval: true })
    await once(worker, 'online')
    const copy = structuredClone(prepared)
    const begun = performance.now()
    worker.postMessage(copy, transferListOf(copy))
    const [back] = await once(worker, 'message')
    const ms = performance.now() - begun
    await worker.terminate()
    return { bytes: checkTransferred(back).bytes, emptied: copy.bytes.byteLength === 0, ms }
  },
  check: ({ bytes, emptied }) => {
    expect(emptied, 'the hand-over copied the bytes')
    expect(Buffer.from(bytes).equals(prepared.bytes), 'the hand-over changed the bytes')
  },
})

const ECHO = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', (prepared) => {
  parentPort.postMessage(prepared, [prepared.bytes.buffer, prepared.offsets.buffer])
})`

/** What of an append is neither the producer's nor the disk's: a ledger in memory takes prepared events. */
const withoutDisk = (prepared) => ({
  name: 'append without a disk: ids, revisions, chain, index and heads in memory, from prepared bytes',
  run: async () => {
    const ledger = await createMemoryLedger()
    await ledger.append('run-0', 'no-stream', prepared)
    const head = await ledger.streamHead('run-0')
    await ledger.close()
    return head
  },
  check: (head) => expect(head?.revision === BigInt(COUNT - 1), 'the ledger in memory has another head'),
})

/** The tiles of 5,000 leaves, written and flushed as the sealer does for one checkpoint. */
const tiles = (place, records) => ({
  name: 'tiles: those of 5,000 leaves, hashed, written and flushed',
  run: async (round) => {
    const edge = TileEdge.empty()
    edge.append(records.map(({ leaf }) => leaf))
    const written = edge.takeTiles()
    const store = new FileTileStore(join(place, `tiles-${round}`))
    await store.write(written)
    return store.read(written[0].path)
  },
  check: (first) => {
    const wanted = Buffer.concat(records.slice(0, 256).map(({ leaf }) => leaf))
    expect(first !== undefined && wanted.equals(first), 'the first tile holds other hashes')
  },
})

function chain(prepared) {
  let prev = new Uint8Array(32)
  return prepared.ids.map((id, i) => {
    const bytes = finishRecord(prepared, i, { ...FRAME, revision: i, prev })
    prev = leafHash(bytes)
    return { position: i, id, stream: FRAME.stream, revision: i, leaf: prev, bytes }
  })
}

const node = (leaf) =>
  createHash('sha256')
    .update(Buffer.from([1]))
    .update(leaf)
    .update(leaf)
    .digest()

function signing() {
  const signer = signerOf('ed25519', ALGORITHMS.ed25519.newSecret())
  // RFC 8410: SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), signer.publicKey])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return {
    signer,
    publicKey,
    text: Buffer.from('bench.clyra.internal\n1000000\nmKGVGqAF/1c9lZfgDqQuvPfoFs1GWX6aSaxfCQQuChc=\n'),
  }
}
