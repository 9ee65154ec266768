import assert from 'node:assert/strict'
import { hex } from '../../../canonical/index.js'
import type { LedgerReader } from '../../../ledger/index.js'
import {
  rootOf,
  verifyConsistency,
  verifyHeadsProof,
  verifyInclusion,
  verifyMultiProof,
} from '../../../merkle/index.js'
import { collect } from '../collect.js'
import { rejection, within } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'

/** `sealed`, `heads`, `checkpoint` and the proofs, held against the verifiers of RFC 6962 and of the heads map. */
export const SEALING: readonly Case<LedgerBench>[] = [
  {
    name: 'sealed resolves with a signed checkpoint that covers the position',
    async run(bench) {
      const ledger = await bench.create()
      for (let i = 0; i < 20; i++) {
        const { position } = await ledger.append('sample-1', 'any', sampleEvents(10 * i, 1 + (i % 5)))
        const { size, root } = await ledger.sealed(position)
        assert.ok(size > position)
        assert.equal(hex(root), hex(rootOf(await leavesOf(ledger, size))))
        assert.ok((await ledger.checkpoint()).size >= size)
      }
      await rejection(ledger.sealed(await ledger.size()), 'INVALID_POSITION')
      await rejection(ledger.sealed(-1n), 'INVALID_POSITION')
    },
  },
  {
    name: 'what nobody asked to seal is sealed within a second or so',
    async run(bench) {
      const ledger = await bench.create()
      const { position } = await ledger.append('sample-1', 'any', sampleEvents(0, 3))
      const waiting = async () => {
        while ((await ledger.checkpoint()).size <= position) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await within(5000, waiting(), 'sealing')
    },
  },
  {
    name: 'heads appends a heads record and keeps the checkpoint of exactly its position + 1, for ever',
    async run(bench) {
      let ledger = await bench.create()
      const kept: { size: bigint; note: string }[] = []
      for (let i = 0; i < 6; i++) {
        await ledger.append(`sample-${i}`, 'any', sampleEvents(10 * i, 4))
        const { position, checkpoint } = await ledger.heads()
        assert.equal(checkpoint.size, position + 1n)
        const [record] = await collect(ledger.readAll({ from: position, limit: 1 }))
        assert.equal(record?.stream, 'ledger-heads')
        kept.push({ size: checkpoint.size, note: hex(checkpoint.note) })
        if (i === 3) ledger = await bench.reopen()
      }
      for (const { size, note } of kept) assert.equal(hex((await ledger.checkpointAt(size))!.note), note)
      assert.equal(await ledger.checkpointAt(kept[0]!.size - 1n), undefined)
    },
  },
  {
    name: 'several heads and appends at once: each heads size gets its own checkpoint',
    async run(bench) {
      const ledger = await bench.create()
      const heads = await Promise.all(
        Array.from({ length: 5 }, async (_, i) => {
          const appended = ledger.append('sample-1', 'any', sampleEvents(10 * i, 3))
          const made = ledger.heads()
          await appended
          return made
        }),
      )
      for (const { position, checkpoint } of heads) assert.equal(checkpoint.size, position + 1n)
      assert.equal(new Set(heads.map(({ position }) => position)).size, 5)
    },
  },
  {
    name: 'heads records come of themselves after so many records',
    async run(bench) {
      const ledger = await bench.create({ headsEveryRecords: 25 })
      for (let i = 0; i < 100; i++) await ledger.append('sample-1', 'any', [sampleEvent(i)])
      const heads = await collect(ledger.readStream('ledger-heads'))
      assert.ok(
        heads.length >= 3 && heads.length <= 6,
        `${heads.length} heads records among 100 others, one after each 25`,
      )
    },
  },
  {
    name: 'inclusion, consistency and multi-leaf proofs verify, for every position and any two sizes',
    async run(bench) {
      const ledger = await bench.create()
      const sizes: bigint[] = []
      for (let i = 0; i < 6; i++) {
        await ledger.append('sample-1', 'any', sampleEvents(100 * i, [1, 3, 60, 2, 90, 130][i]!))
        sizes.push((await ledger.heads()).checkpoint.size)
      }
      const newest = await ledger.checkpoint()
      const leaves = await leavesOf(ledger, newest.size)
      const roots = new Map(
        await Promise.all(sizes.map(async (size) => [size, (await ledger.checkpointAt(size))!.root] as const)),
      )
      for (const size of sizes) {
        const root = roots.get(size)!
        for (let position = 0n; position < size; position++) {
          const proof = await ledger.prove(position, { size })
          assert.ok(
            verifyInclusion(Number(position), Number(size), leaves[Number(position)]!, proof.hashes, root),
            `${position} in ${size}`,
          )
        }
        await rejection(ledger.prove(size, { size }), 'NOT_SEALED', 'INVALID_POSITION')
      }
      for (const older of sizes) {
        for (const newer of sizes.filter((size) => size >= older)) {
          const { hashes } = await ledger.proveConsistency(older, newer)
          assert.ok(
            verifyConsistency(Number(older), Number(newer), hashes, roots.get(older)!, roots.get(newer)!),
            `${older} to ${newer}`,
          )
        }
      }
      const random = new SeededRandom(4)
      for (let round = 0; round < 40; round++) {
        const size = random.pick(sizes)
        const positions = Array.from({ length: Number(size) }, (_, i) => i).filter(() =>
          random.chance(random.pick([2, 30, 90])),
        )
        if (positions.length === 0) continue
        const hashes = await ledger.proveMany(positions.map(BigInt), size)
        const wanted = positions.map((position) => leaves[position]!)
        assert.ok(
          verifyMultiProof(positions, wanted, Number(size), hashes, roots.get(size)!),
          `${positions} in ${size}`,
        )
      }
    },
  },
  {
    name: 'the head of any stream at any heads record is proved, and absence too, also where the stream came later',
    async run(bench) {
      const ledger = await bench.create()
      const places: { position: bigint; heads: Map<string, { revision: bigint; leaf: string }> }[] = []
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j <= 2 * i; j++)
          await ledger.append(`sample-${j}`, 'any', sampleEvents(1000 * i + 10 * j, 1 + (j % 3)))
        const before = await headsOf(ledger)
        const { position } = await ledger.heads()
        places.push({ position, heads: before })
      }
      // Records after the newest heads record do not change what it says.
      await ledger.append('sample-0', 'any', sampleEvents(9000, 3))
      await ledger.append('sample-99', 'any', sampleEvents(9100, 1))
      const streams = [
        ...Array.from({ length: 10 }, (_, j) => `sample-${j}`),
        'sample-99',
        'ledger-heads',
        'ledger-keys',
        'absent-1',
      ]
      for (const { position, heads } of places) {
        for (const stream of streams) {
          const path = await ledger.proveHead(stream, position)
          const expected = heads.get(stream)
          assert.equal(path.head?.revision, expected?.revision, `${stream} at ${position}`)
          const claim = path.head === null ? null : { revision: Number(path.head.revision), leaf: path.head.leaf }
          if (claim !== null) assert.equal(hex(claim.leaf), expected!.leaf)
          assert.ok(verifyHeadsProof(path.root, stream, claim, path.proof), `the path of ${stream} at ${position}`)
          const other = claim === null ? { revision: 0, leaf: new Uint8Array(32) } : null
          assert.ok(!verifyHeadsProof(path.root, stream, other, path.proof), 'a path proves the contrary too')
        }
      }
      assert.equal((await ledger.proveHead('sample-1')).position, places[places.length - 1]!.position)
      await rejection(ledger.proveHead('sample-1', 0n), 'INVALID_POSITION')
    },
  },
  {
    name: 'a handle that only reads proves what is sealed, and says NOT_SEALED of what is not',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 300))
      const { position, checkpoint } = await ledger.heads()
      const reader = await bench.reader()
      assert.equal(hex((await reader.sealed(position)).root), hex(checkpoint.root))
      const proof = await reader.prove(5n)
      assert.ok(verifyInclusion(5, Number(checkpoint.size), proof.leaf, proof.hashes, checkpoint.root))
      const path = await reader.proveHead('sample-1')
      const { revision, leaf } = path.head!
      assert.ok(verifyHeadsProof(path.root, 'sample-1', { revision: Number(revision), leaf }, path.proof))
      await rejection(reader.sealed(1_000_000n), 'NOT_SEALED', 'INVALID_POSITION')
    },
  },
  {
    name: 'close seals what is unsealed, under a heads record; closing again without a change adds nothing',
    async run(bench) {
      let ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 7))
      await ledger.close()
      const reader = await bench.reader()
      const size = await reader.size()
      assert.equal((await reader.checkpoint()).size, size)
      const [last] = await collect(reader.readAll({ backwards: true, limit: 1 }))
      assert.equal(last?.stream, 'ledger-heads')
      await reader.close()
      for (let i = 0; i < 3; i++) {
        ledger = await bench.reopen()
        assert.equal(await ledger.size(), size)
      }
    },
  },
  {
    name: 'evidence keys are introduced, rotated and revoked in ledger-keys; redactions are recorded',
    async run(bench) {
      const ledger = await bench.create()
      const { id, position } = await ledger.rotateEvidenceKey()
      const keys = await collect(ledger.readStream('ledger-keys'))
      assert.equal(keys[keys.length - 1]!.position, position)
      const revoked = await ledger.revokeKey(id, { reason: 'compromised', compromisedSince: position })
      assert.equal((await ledger.streamHead('ledger-keys'))?.position, revoked)
      await rejection(ledger.revokeKey(id, { reason: 'retired' }), 'KEY_INVALID')
      const redacted = await ledger.recordRedaction('11111111-1111-4111-8111-111111111111', 'erasure-request')
      assert.equal((await ledger.streamHead('ledger-redactions'))?.position, redacted)
    },
  },
]

async function leavesOf(ledger: LedgerReader, size: bigint): Promise<Uint8Array[]> {
  return (await collect(ledger.readAll({ before: size }))).map(({ leaf }) => leaf)
}

async function headsOf(ledger: LedgerReader): Promise<Map<string, { revision: bigint; leaf: string }>> {
  const heads = new Map<string, { revision: bigint; leaf: string }>()
  for await (const { stream, revision, leaf } of ledger.readAll()) heads.set(stream, { revision, leaf: hex(leaf) })
  return heads
}
