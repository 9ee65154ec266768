import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProjection } from '../../dist/projections/run/index.js'
import { verifyHeadsProof } from '../../dist/src/merkle/index.js'
import { expect } from '../checks/expect.mjs'
import { consistent, naiveLeaf, naiveRoot, rootOfInclusion } from '../checks/naive-tree.mjs'
import { watchMemory } from '../memory.mjs'
import { apart } from '../processes.mjs'
import { latency } from '../statistics.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload, numberOf } from '../workload.mjs'

/** Rows that share one ledger. */
export const LARGE_ROWS = ['open', 'disk', 'prove', 'replay', 'memory', 'fsck']

const BATCH = 1_000
const workload = makeWorkload('v7')
const CHILD = fileURLToPath(new URL('../children/large.mjs', import.meta.url))

/** What is asked of a ledger of a million records: made by a process of its own, whose memory is watched meanwhile. */
export async function measureLarge(context) {
  const { directory, pick, progress, wants } = context
  const count = context.records ?? pick(1_000_000, 20_000, 3_000)
  const place = join(directory, 'large')
  progress(`a ledger of ${count} records`)
  const appending = await makeLedger(context, place, count)
  expect(
    appending.result.acknowledged === count,
    `${appending.result.acknowledged} of ${count} events were acknowledged`,
  )
  const seen = await readOnce(context, place, count)
  // Without the leaves: a process that holds a million objects collects them while it is measured.
  const known = { size: seen.size, count, last: seen.positions[count - 1] }
  const fresh = (measure) => apart(context, import.meta.url, measure, place, known)
  const results = {
    count,
    size: seen.size,
    appending: { memory: appending.memory, perSecond: appending.result.perSecond },
  }
  if (wants('open')) results.open = await fresh('measureOpen')
  if (wants('disk')) results.disk = measureDisk(context, place, seen)
  if (wants('prove')) results.prove = await measureProve(context, place, seen)
  if (wants('replay')) results.replay = await fresh('measureReplay')
  if (wants('memory')) {
    progress(`replay of ${count} records in a process of its own`)
    const replaying = await inChild(['replay', place])
    expect(replaying.result.folded === count, `the replay folded ${replaying.result.folded} of ${count} events`)
    results.replaying = { memory: replaying.memory }
  }
  if (wants('fsck')) results.fsck = await fresh('measureFsck')
  return results
}

/** Appended by a child; `madeBefore` gives a copy of one that was, for who needs many of the same. */
async function makeLedger({ madeBefore, childMutation = '' }, place, count) {
  return (await madeBefore?.(place, count)) ?? inChild(['append', place, String(count), String(BATCH), childMutation])
}

/** A child of this program, its memory watched from outside. */
export async function inChild(args) {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const memory = watchMemory(child.pid)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  const watched = memory.end()
  expect(code === 0, `the process that was to ${args[0]} ended with ${code}`)
  const { marks, ...result } = JSON.parse(text)
  return { result, memory: watched && { ...watched, records: recordsAt(marks, watched.at) } }
}

/** How many records a child was through at a time, by what it noted every 10,000. */
const recordsAt = (marks, time) => marks.findLast(({ at }) => at <= time)?.records ?? 0

/** Every record once, hashed anew: what the answers are compared with. */
async function readOnce({ product }, directory, count) {
  const ledger = await product.read({ directory })
  const leaves = []
  const positions = new Array(count)
  let bytes = 0
  let found = 0
  for await (const { stream, event, position, bytes: record } of ledger.readAll()) {
    leaves.push(naiveLeaf(record))
    bytes += record.length
    if (!stream.startsWith('run-')) continue
    const n = numberOf(event)
    expect(positions[n] === undefined && event.id === workload.id(n), `event ${n} is there twice or is another one`)
    positions[n] = Number(position)
    found++
  }
  expect(found === count, `${found} of ${count} events are there`)
  const checkpoint = await ledger.checkpoint()
  expect(naiveRoot(leaves).equals(checkpoint.root), 'the root of the records is not the checkpoint’s')
  await ledger.close()
  return { size: leaves.length, leaves, positions, bytes, count }
}

/** Opening for writing and for reading until the ledger answers by id and by stream, each closed again outside the clock. */
export async function measureOpen({ product, rounds, progress }, directory, { size, last, count }) {
  progress('open')
  const times = { write: [], read: [] }
  for (let round = 0; round < rounds; round++) {
    for (const [how, open] of [
      ['write', product.open],
      ['read', product.read],
    ]) {
      const { ms, result } = await timed(() => open({ directory }))
      times[how].push(ms)
      expect((await result.size()) === BigInt(size), `opened, the ledger has ${await result.size()} of ${size} records`)
      const [position] = await result.positionsOf([workload.id(count - 1)])
      expect(Number(position) === last, 'opened, the ledger does not know its last event')
      const head = await result.streamHead(workload.streamOf(0))
      expect(Number(head?.revision) === Math.min(count, 5_000) - 1, 'opened, the ledger does not know a stream’s head')
      await result.close()
    }
  }
  expect((await product.indexThrough(directory)) === size, 'the index on disk lags')
  return times
}

/** Bytes on disk, by what they are. */
function measureDisk({ product }, directory, { bytes, size }) {
  const places = product.layoutOf(directory)
  const tiles = filesIn(places.tiles).filter(({ path }) => !path.includes(`${places.tiles}/tile/entries`))
  const hashes = tiles.filter(({ path }) => /\/tile\/\d+\//.test(path)).reduce((sum, file) => sum + file.size, 0)
  let least = 0
  for (let level = size; level > 0; level = Math.floor(level / 256)) least += 32 * level
  expect(hashes >= least, `the hash tiles take ${hashes} bytes; a tree of ${size} leaves has ${least}`)
  const log = total(filesIn(places.log))
  expect(log >= bytes, `the log takes ${log} bytes and its records ${bytes}`)
  const index = total(filesIn(places.lmdb))
  expect(index > 16 * size, `an index of ${index} bytes cannot hold ${size} ids`)
  return { records: size, canonical: bytes, log, hashes, index, offsets: total(filesIn(places.offsets)) }
}

const total = (files) => files.reduce((sum, { size }) => sum + size, 0)

function filesIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name)
      return { path, size: statSync(path).size }
    })
}

/** Inclusion, consistency and stream-head proofs, each checked by code that is written down here again. */

async function measureProve({ product, pick, progress }, directory, { size, leaves, positions, count }) {
  progress('prove')
  const ledger = await product.read({ directory })
  const { root } = await ledger.checkpoint()
  const times = { inclusion: [], consistency: [], head: [] }
  const tries = pick(1_000, 100, 20)
  for (let i = 0; i < tries; i++) {
    const position = positions[(Math.imul(i + 1, 0x9e3779b1) >>> 0) % count]
    const { ms, result } = await quickly(() => ledger.prove(BigInt(position)))
    const led = rootOfInclusion(leaves[position], position, size, result.hashes)
    expect(led?.equals(root) === true, `the proof that record ${position} is included does not lead to the root`)
    times.inclusion.push(ms)
  }
  for (let i = 0; i < tries / 10; i++) {
    const old = 1 + Math.floor(((i + 0.5) / (tries / 10)) * (size - 1))
    const { ms, result } = await quickly(() => ledger.proveConsistency(BigInt(old)))
    times.consistency.push(ms)
    // A naive root costs as many hashes as there are leaves.
    if (i % Math.ceil(tries / 50) !== 0) continue
    const holds = consistent(old, naiveRoot(leaves.slice(0, old)), size, root, result.hashes)
    expect(holds, `the proof that the tree of ${old} grew into that of ${size} does not hold`)
  }
  for (let i = 0; i < tries / 5; i++) {
    const stream = i % 2 === 0 ? workload.streamOf(Math.floor((i / (tries / 5)) * count)) : `run-absent${i}`
    const { ms, result } = await quickly(() => ledger.proveHead(stream))
    expect(
      (result.head === null) === (i % 2 === 1),
      `the head of ${stream} was proved ${result.head === null ? 'absent' : 'present'}`,
    )
    expect(headHolds(result), `the proof of the head of ${stream} does not hold`)
    times.head.push(ms)
  }
  await ledger.close()
  return { inclusion: latency(times.inclusion), consistency: latency(times.consistency), head: latency(times.head) }
}

function headHolds({ root, stream, head, proof }) {
  const claim = head === null ? null : { revision: Number(head.revision), leaf: head.leaf }
  return verifyHeadsProof(root, stream, claim, proof)
}

async function quickly(work) {
  const begun = performance.now()
  const result = await work()
  return { ms: performance.now() - begun, result }
}

/** Every record parsed, its chain checked, folded into the `run` projection. */
export async function measureReplay({ product, rounds, progress }, directory, { size, count }) {
  progress('replay')
  const ledger = await product.read({ directory })
  const rates = []
  // Each round reads the same records; a fifth of them, so that the rounds together are one replay of the whole.
  const records = Math.ceil(size / 5)
  for (let round = 0; round < rounds; round++) {
    const { ms, result } = await timed(() => product.foldLedger(ledger, runProjection, { to: records - 1 }))
    checkFold(result, records, count)
    rates.push((records / ms) * 1000)
  }
  const refused = await product.foldLedger(withBrokenChain(ledger), runProjection, { to: 999 }).then(
    () => undefined,
    (error) => error.code,
  )
  expect(refused === 'LOG_CORRUPT', `a replay over a broken chain was answered with ${refused ?? 'a result'}`)
  await ledger.close()
  return { records, rates }
}

function checkFold({ through, states }, records, count) {
  const folded = [...states.values()].reduce((sum, { state }) => sum + state.records, 0)
  expect(through === records, `the replay came to ${through} of ${records} records`)
  // All but the ledger's own records: genesis, key, and a heads record now and then.
  expect(folded <= count && folded >= records - 100, `the replay folded ${folded} of ${records} records`)
  expect(states.size === Math.ceil(folded / 5_000), `the replay found ${states.size} runs`)
}

const unchained = (record) =>
  Number(record.position) === 500 ? { ...record, event: { ...record.event, prev: '0'.repeat(64) } } : record

/** The same ledger, one record of which names another predecessor. */
function withBrokenChain(ledger) {
  return new Proxy(ledger, {
    get(target, name) {
      if (name === 'readBatches')
        return async function* (options) {
          for await (const records of target.readBatches(options)) yield records.map(unchained)
        }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export async function measureFsck({ product, progress }, directory, { size }) {
  progress('fsck')
  const { ms, result } = await timed(() => product.fsck({ directory, all: true }))
  expect(result.ok, `fsck found: ${result.findings[0]?.message}`)
  expect(result.counts.records === size, `fsck read ${result.counts.records} of ${size} records`)
  await checkFindings(product, directory)
  return { records: size, seconds: ms / 1000 }
}

/** One byte in the middle of the second megabyte, or of what there is, is changed and put back. */
async function checkFindings(product, directory) {
  const { log } = product.layoutOf(directory)
  const segment = join(
    log,
    readdirSync(log)
      .sort()
      .find((name) => name.endsWith('.seg')),
  )
  const file = openSync(segment, 'r+')
  const at = Math.floor(Math.min(2_000_000, statSync(segment).size) / 2)
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, at)
  try {
    writeSync(file, Buffer.from([byte[0] ^ 1]), 0, 1, at)
    const { ok } = await product.fsck({ directory })
    expect(!ok, 'fsck found nothing where a byte of the log was changed')
  } finally {
    writeSync(file, byte, 0, 1, at)
    closeSync(file)
  }
}
