import assert from 'node:assert/strict'
import { fromHex, hex } from '../../canonical/index.js'
import { openNote, parseCheckpoint, parseVkey, vkey } from '../../crypto/index.js'
import {
  GENESIS_PREV,
  GENESIS_STREAM,
  isReservedStream,
  isReservedType,
  isType,
  parseRecord,
  STREAM_OF_RESERVED_TYPE,
  streamStartValue,
} from '../../events/index.js'
import type { LedgerReader, RecordView, SignedCheckpoint } from '../../ledger/index.js'
import {
  HeadsMap,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyHeadsProof,
  verifyInclusion,
  verifyMultiProof,
} from '../../merkle/index.js'
import { collect } from './collect.js'

/**
 * Reads a whole ledger, which a writer is asked to seal first, through its public interface and compares it with the definitions: chain,
 * revisions, ids, reserved streams, heads records, every way of reading, the sealed tree and all kinds of proof.
 * Rejects (AssertionError) at the first difference. Recomputes everything: for ledgers of some thousand records.
 */
export async function checkLedger(ledger: LedgerReader): Promise<void> {
  const records = await collect(ledger.readAll())
  assert.equal(await ledger.size(), BigInt(records.length))
  checkRecords(ledger, records)
  checkHeadsRecords(records)
  await checkReading(ledger, records)
  if ('append' in ledger) await ledger.sealed(BigInt(records.length - 1))
  await checkTree(ledger, records)
  await checkHeadProofs(ledger, records)
}

function checkRecords(ledger: LedgerReader, records: readonly RecordView[]): void {
  const heads = new Map<string, { revision: bigint; leaf: string }>()
  const ids = new Set<string>()
  let recordedat = ''
  records.forEach((record, position) => {
    const { event, stream, leaf } = record
    assert.equal(record.position, BigInt(position), 'positions are dense from 0')
    assert.ok(
      leafHash(record.bytes).every((byte, i) => byte === leaf[i]),
      `position ${position} has the leaf of its bytes`,
    )
    const stored = parseRecord(record.bytes)
    assert.equal(stored.stream, stream)
    assert.equal(stored.ledger, ledger.origin)
    assert.equal(stored.id, event.id)
    const before = heads.get(stream)
    assert.equal(
      record.revision,
      before === undefined ? 0n : before.revision + 1n,
      `the revision at position ${position}`,
    )
    assert.equal(stored.revision, String(record.revision))
    const start = position === 0 ? GENESIS_PREV : hex(streamStartValue(ledger.identity, stream))
    assert.equal(stored.prev, before === undefined ? start : before.leaf, `prev at position ${position}`)
    assert.ok(!ids.has(stored.id), `the id ${stored.id} is there twice`)
    assert.ok(stored.recordedat >= recordedat, `recordedat goes back at position ${position}`)
    checkReserved(stored.type, stream)
    heads.set(stream, { revision: record.revision, leaf: hex(leaf) })
    ids.add(stored.id)
    recordedat = stored.recordedat
  })
  assert.equal(records[0]?.stream, GENESIS_STREAM)
  assert.equal(hex(ledger.identity), hex(records[0].leaf))
}

function checkReserved(type: string, stream: string): void {
  const streams: Readonly<Record<string, string>> = STREAM_OF_RESERVED_TYPE
  if (isReservedType(type)) assert.equal(stream, streams[type], `${type} stands in ${stream}`)
  else assert.ok(!isReservedStream(stream), `${type} stands in ${stream}`)
}

/** Each heads record states the root of the map of all records before it. */
function checkHeadsRecords(records: readonly RecordView[]): void {
  const map = new HeadsMap()
  records.forEach((record, position) => {
    if (isType(record, 'dev.clyra.ledger.heads.v1')) {
      assert.equal(record.event.data.size, String(position))
      assert.equal(record.event.data.root, hex(map.root()), `the heads root at position ${position}`)
    }
    map.update([{ stream: record.stream, revision: Number(record.revision), leaf: record.leaf }])
  })
}

async function checkReading(ledger: LedgerReader, records: readonly RecordView[]): Promise<void> {
  const backwards = await collect(ledger.readAll({ backwards: true }))
  assert.deepEqual(
    backwards.map(({ position }) => position),
    records.map(({ position }) => position).reverse(),
  )
  assert.deepEqual(
    await ledger.positionsOf(records.map(({ event }) => event.id)),
    records.map(({ position }) => position),
    'every id is known at its position',
  )
  const names = [...new Set(records.map(({ stream }) => stream))].sort()
  const listed = await collect(ledger.streams())
  assert.deepEqual(
    listed.map(({ stream }) => stream),
    names,
  )
  for (const { stream, revision, position } of listed) {
    const expected = records.filter((record) => record.stream === stream)
    const found = await collect(ledger.readStream(stream))
    assert.deepEqual(
      found.map((record) => record.position),
      expected.map((record) => record.position),
      `the records of ${stream}`,
    )
    const last = expected[expected.length - 1]!
    assert.deepEqual([revision, position], [last.revision, last.position])
    const head = await ledger.streamHead(stream)
    assert.deepEqual(
      [head?.revision, head?.position, hex(head?.leaf ?? new Uint8Array())],
      [last.revision, last.position, hex(last.leaf)],
    )
  }
}

async function checkTree(ledger: LedgerReader, records: readonly RecordView[]): Promise<void> {
  const leaves = records.map(({ leaf }) => leaf)
  const newest = await ledger.checkpoint()
  checkCheckpoint(records, newest)
  const checkpoints = [newest]
  for (const { stream, position } of records) {
    if (stream !== 'ledger-heads' || position >= newest.size) continue
    const kept = await ledger.checkpointAt(position + 1n)
    assert.ok(kept !== undefined, `no checkpoint is kept at the heads size ${position + 1n}`)
    assert.equal(kept.size, position + 1n)
    checkCheckpoint(records, kept)
    checkpoints.push(kept)
  }
  for (const { size, root, note } of checkpoints) {
    for (const position of sampled(Number(size))) {
      const proof = await ledger.prove(BigInt(position), { size })
      assert.deepEqual(
        [proof.position, proof.size, hex(proof.root), hex(proof.checkpoint)],
        [BigInt(position), size, hex(root), hex(note)],
      )
      assert.equal(hex(proof.leaf), hex(leaves[position]!))
      assert.ok(
        verifyInclusion(position, Number(size), proof.leaf, proof.hashes, root),
        `inclusion of ${position} in ${size}`,
      )
    }
    const positions = sampled(Number(size))
    const hashes = await ledger.proveMany(positions.map(BigInt), size)
    assert.ok(
      verifyMultiProof(
        positions,
        positions.map((at) => leaves[at]!),
        Number(size),
        hashes,
        root,
      ),
      `a multiproof in ${size}`,
    )
    const { hashes: path } = await ledger.proveConsistency(size)
    assert.ok(
      verifyConsistency(Number(size), Number(newest.size), path, root, newest.root),
      `${size} is the beginning of ${newest.size}`,
    )
  }
}

/** The genesis record's key signed the note, and the note says the root of exactly the first records. */
function checkCheckpoint(records: readonly RecordView[], { origin, size, root, note }: SignedCheckpoint): void {
  const genesis = records[0]!
  assert.ok(isType(genesis, 'dev.clyra.ledger.genesis.v1'))
  const key = genesis.event.data.keys.find(({ purpose }) => purpose === 'ledger')
  const ledgerKey = { algorithm: key!.alg, publicKey: fromHex(key!.public) }
  const { text, verified } = openNote(note, [parseVkey(vkey(genesis.event.data.origin, ledgerKey))])
  assert.equal(verified.length, 1, "a checkpoint without the ledger's signature")
  const stated = parseCheckpoint(text)
  assert.deepEqual([stated.origin, BigInt(stated.size), hex(stated.root)], [origin, size, hex(root)])
  assert.ok(size <= BigInt(records.length))
  assert.equal(
    hex(root),
    hex(rootOf(records.slice(0, Number(size)).map(({ leaf }) => leaf))),
    `the root of size ${size}`,
  )
}

async function checkHeadProofs(ledger: LedgerReader, records: readonly RecordView[]): Promise<void> {
  const { size } = await ledger.checkpoint()
  const heads = records.filter(({ stream, position }) => stream === 'ledger-heads' && position < size)
  const streams = [...new Set(records.map(({ stream }) => stream))]
  // The newest, whose map is at hand, and two older ones, which have to be folded.
  for (const record of new Set([heads[heads.length - 1], heads[0], heads[heads.length >> 1]])) {
    if (record === undefined) continue
    for (const stream of [...pickSome(streams, 6), 'ledger-heads', 'absent-stream', 'absent-1']) {
      const last: RecordView | undefined = records
        .slice(0, Number(record.position))
        .findLast((one) => one.stream === stream)
      const path = await ledger.proveHead(stream, record.position)
      assert.equal(path.position, record.position)
      assert.ok(isType(record, 'dev.clyra.ledger.heads.v1'))
      assert.equal(hex(path.root), record.event.data.root)
      assert.equal(path.head?.revision, last?.revision, `the head of ${stream} at ${record.position}`)
      const claim = path.head === null ? null : { revision: Number(path.head.revision), leaf: path.head.leaf }
      if (last !== undefined) assert.equal(hex(claim!.leaf), hex(last.leaf))
      assert.ok(verifyHeadsProof(path.root, stream, claim, path.proof), `the path of ${stream} at ${record.position}`)
    }
  }
}

/** The ends and some positions between. */
function sampled(size: number): number[] {
  const wanted = [0, 1, 2, Math.floor(size / 3), Math.floor(size / 2), 255, 256, size - 2, size - 1]
  return [...new Set(wanted.filter((at) => at >= 0 && at < size))].sort((a, b) => a - b)
}

function pickSome(values: readonly string[], count: number): string[] {
  const step = Math.max(1, Math.floor(values.length / count))
  return values.filter((_, i) => i % step === 0)
}
