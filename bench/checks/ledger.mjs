import { isDeepStrictEqual } from 'node:util'
import { numberOf } from '../workload.mjs'
import { expect } from './expect.mjs'
import { naiveLeaf, naiveRoot } from './naive-tree.mjs'

/** One in so many events is compared member by member. */
const SAMPLE = 97

/**
 * A ledger that was measured, judged from its files when it is closed: `count` events of `workload`, all of them and
 * none twice, each with its id at its place in its stream and chained to the one before; the root of a tree made anew
 * is the published checkpoint's, which covers the last record; index caught up and right; fsck; a batch sent again adds
 * nothing; an event that does not meet its schema is refused. Throws CheckFailed.
 */
export async function checkLedger(product, directory, { workload, count, batch }) {
  const read = await readBack(product, directory, workload, count)
  await checkIndex(product, directory, workload, read)
  const { ok, findings, counts } = await product.fsck({ directory, all: true })
  expect(ok, `fsck found: ${findings[0]?.message}`)
  expect(counts.records === read.size, `fsck read ${counts.records} of ${read.size} records`)
  await checkRetry(product, directory, workload, count, batch, read)
  return { records: read.size, bytesPerRecord: Math.round(read.bytes / read.size) }
}

async function readBack(product, directory, workload, count) {
  const ledger = await product.read({ directory })
  const positions = new Array(count)
  const leaves = []
  const heads = new Map()
  let bytes = 0
  let found = 0
  for await (const record of ledger.readAll()) {
    const leaf = naiveLeaf(record.bytes)
    const stated = JSON.parse(Buffer.from(record.bytes).toString('utf8'))
    const head = heads.get(stated.stream)
    expect(record.position === BigInt(leaves.length), `position ${record.position} follows ${leaves.length - 1}`)
    expect(Number(stated.revision) === (head?.revision ?? -1) + 1, `a revision of ${stated.stream} is missing`)
    if (head !== undefined) expect(stated.prev === head.leaf, `the chain of ${stated.stream} is broken`)
    heads.set(stated.stream, { revision: Number(stated.revision), leaf: leaf.toString('hex') })
    leaves.push(leaf)
    bytes += record.bytes.length
    if (!stated.stream.startsWith('run-')) continue
    const n = numberOf(stated)
    expect(n < count && positions[n] === undefined, `event ${n} is there twice, or was never appended`)
    positions[n] = record.position
    found++
    const right =
      stated.id === workload.id(n) &&
      stated.stream === workload.streamOf(n) &&
      Number(stated.revision) === workload.revisionOf(n)
    expect(right, `event ${n} is not where it was put`)
    if (n % SAMPLE === 0) compareEvent(stated, workload.event(n))
  }
  expect(found === count, `${found} of ${count} events are there`)
  const size = leaves.length
  const checkpoint = await ledger.checkpoint()
  expect(checkpoint.size === BigInt(size), `the checkpoint covers ${checkpoint.size} of ${size} records`)
  expect(naiveRoot(leaves).equals(checkpoint.root), 'the root of the records is not the checkpoint’s')
  await ledger.close()
  return { size, positions, heads, bytes }
}

function compareEvent(stated, { id, source, type, time, data }) {
  const same =
    stated.id === id &&
    stated.source === source &&
    stated.type === type &&
    stated.time === time &&
    isDeepStrictEqual(stated.data, data)
  expect(same, `event ${data.ordinal} came back as another one`)
}

/** What is on disk knows every record: nothing is left to be caught up by whoever opens next. */
async function checkIndex(product, directory, workload, { size, positions, heads }) {
  const through = await product.indexThrough(directory)
  expect(through === size, `the index on disk knows ${through} of ${size} records`)
  const ledger = await product.read({ directory })
  const asked = positions.map((_, n) => n).filter((n) => n % SAMPLE === 0 || n === positions.length - 1)
  const answers = await ledger.positionsOf(asked.map(workload.id))
  asked.forEach((n, i) => {
    expect(answers[i] === positions[n], `the index has event ${n} at ${answers[i]}, not at ${positions[n]}`)
  })
  for (const stream of new Set(asked.map(workload.streamOf))) {
    const head = await ledger.streamHead(stream)
    const right = head !== undefined && Number(head.revision) === heads.get(stream).revision
    expect(right, `the index has another head of ${stream}`)
  }
  await ledger.close()
}

async function checkRetry(product, directory, workload, count, batch, { size, positions }) {
  const ledger = await product.open({ directory })
  const again = workload.batches({ first: count - batch, count: batch, batch })[0]
  const answer = await ledger.append(again.stream, again.expected, again.events)
  expect(answer.replayed, 'a batch that was sent again was not recognised')
  const same = answer.positions.every((position, i) => position === positions[again.first + i])
  expect(same, 'a batch that was sent again got other positions')
  const wrong = workload.event(count)
  const refused = await ledger.append('run-invalid', 'any', [{ ...wrong, data: { ...wrong.data, ordinal: 7 } }]).then(
    () => undefined,
    (error) => error.code,
  )
  expect(refused === 'EVENT_INVALID', `an event against its schema was answered with ${refused ?? 'its position'}`)
  expect((await ledger.size()) === BigInt(size), 'a repetition or a refused event added a record')
  await ledger.close()
}
