import { expect, test } from 'vitest'
import { verifyConsistency, verifyHeadsProof, verifyInclusion, verifyMultiProof } from '../merkle/index.js'
import { createMemoryLedger, memoryPlace, openMemoryLedger } from '../stores/memory/index.js'

test('a ledger in memory appends, reads, seals and proves, and opens again', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place, origin: 'smoke.example' })
  const first = await ledger.checkpoint()
  expect(first.size).toBe(2n)
  const event = (n: number) => ({ type: 'com.example.thing.v1', source: '/t', data: { n } })
  const results = await Promise.all(
    Array.from({ length: 600 }, (_, n) => ledger.append(`thing-${n % 7}`, 'any', [event(n)])),
  )
  expect(new Set(results.map((r) => r.position)).size).toBe(600)
  const { position, checkpoint } = await ledger.heads()
  expect(checkpoint.size).toBe(position + 1n)
  const views = []
  for await (const view of ledger.readStream('thing-3')) views.push(view)
  expect(views.length).toBe(86)
  const back = []
  for await (const view of ledger.readStream('thing-3', { backwards: true })) back.push(view)
  expect(back.reverse().map((v) => v.position)).toEqual(views.map((v) => v.position))
  const proof = await ledger.prove(views[5]!.position)
  expect(verifyInclusion(Number(proof.position), Number(proof.size), proof.leaf, proof.hashes, proof.root)).toBe(true)
  const consistency = await ledger.proveConsistency(first.size)
  expect(verifyConsistency(2, Number(consistency.newSize), consistency.hashes, first.root, checkpoint.root)).toBe(true)
  const path = await ledger.proveHead('thing-3')
  expect(
    verifyHeadsProof(
      path.root,
      'thing-3',
      { revision: Number(path.head!.revision), leaf: path.head!.leaf },
      path.proof,
    ),
  ).toBe(true)
  const absent = await ledger.proveHead('nothing-3')
  expect(verifyHeadsProof(absent.root, 'nothing-3', null, absent.proof)).toBe(true)
  const positions = views.map((v) => v.position)
  const hashes = await ledger.proveMany(positions, checkpoint.size)
  expect(
    verifyMultiProof(
      positions.map(Number),
      views.map((v) => v.leaf),
      Number(checkpoint.size),
      hashes,
      checkpoint.root,
    ),
  ).toBe(true)
  await ledger.append('thing-1', 'any', [event(1)])
  await ledger.close()
  const again = await openMemoryLedger(place)
  const old = await again.proveHead('thing-3', position)
  expect(old.root).toEqual(path.root)
  expect(await again.size()).toBe(position + 3n)
  expect((await again.checkpoint()).size).toBe(position + 3n)
  const kinds: string[] = []
  const stop = new AbortController()
  for await (const m of again.subscribe({ signal: stop.signal })) {
    kinds.push(m.kind)
    if (m.kind === 'caught-up') stop.abort()
  }
  expect(kinds.filter((k) => k === 'record').length).toBe(Number(position) + 3)
  expect(kinds.at(-2)).toBe('checkpoint')
  await again.close()
})

test('a ledger is named by a lower-case host name and nothing else', async () => {
  const label = 'x'.repeat(63)
  for (const origin of ['a', '7.example', 'ledger-1.example.org', `${label}.${label}.${label}.${'x'.repeat(61)}`]) {
    const ledger = await createMemoryLedger({ origin })
    expect(ledger.origin).toBe(origin)
    await ledger.close()
  }
  const malformed = ['', 'Ledger.example', 'a..b', 'a.', '.a', '-a', 'a-.b', 'a.-b', 'a:443', 'a/b', 'ä.example', 'a_b']
  const tooLong = [`${label}x`, `${label}.${label}.${label}.${'x'.repeat(62)}`]
  for (const origin of [...malformed, ...tooLong]) {
    await expect(createMemoryLedger({ origin }), origin).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  }
})
