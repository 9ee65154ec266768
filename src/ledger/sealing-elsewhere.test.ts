import { expect, test } from 'vitest'
import { prepare } from '../events/index.js'
import { checkLedger } from '../stores/conformance/check-ledger.js'
import { collect } from '../stores/conformance/collect.js'
import { sampleEvent, sampleEvents } from '../stores/conformance/sample-events.js'
import { createMemoryLedger, MemoryKeyRing, memoryPlace, openMemoryLedger } from '../stores/memory/index.js'

/** A place with a ledger, and the same without any private key. */
async function places() {
  const place = memoryPlace()
  await (await createMemoryLedger({ place })).close()
  return { place, keyless: { ...place, keys: new MemoryKeyRing() } }
}

test('a writer without the private key appends, and what it appended is sealed by one that has it', async () => {
  const { place, keyless } = await places()
  const writer = await openMemoryLedger(keyless, { sealing: 'elsewhere' })
  const sealer = await openMemoryLedger(place, { sealDelayMs: 10 })
  const { position } = await writer.append('thing-1', 'no-stream', sampleEvents(0, 5))
  // The other one notices without being asked.
  expect((await writer.sealed(position)).size).toBeGreaterThan(position)
  const heads = await writer.heads()
  expect(heads.checkpoint.size).toBe(heads.position + 1n)
  expect(writer.sealing()).toEqual({ backlog: 0, failure: undefined })
  await writer.close()
  await sealer.close()
  const again = await openMemoryLedger(place)
  await checkLedger(again)
  await again.close()
})

test('where nobody seals, waiting for it ends with the signal or with closing, and the records are there', async () => {
  const { place, keyless } = await places()
  const writer = await openMemoryLedger(keyless, { sealing: 'elsewhere' })
  const { position } = await writer.append('thing-1', 'no-stream', sampleEvents(0, 5))
  const signal = AbortSignal.timeout(20)
  await expect(writer.sealed(position, { signal })).rejects.toMatchObject({ code: 'NOT_SEALED' })
  await expect(writer.heads({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'NOT_SEALED' })
  const waiting = expect(writer.sealed(position)).rejects.toMatchObject({ code: 'NOT_SEALED' })
  await writer.close()
  await waiting
  const again = await openMemoryLedger(place)
  const types = (await collect(again.readAll())).map(({ type }) => type)
  // Its own heads record; closing added none.
  expect(types.filter((type) => type === 'dev.clyra.ledger.heads.v1').length).toBe(2)
  expect((await again.checkpoint()).size).toBe(BigInt(types.length))
  await checkLedger(again)
  await again.close()
})

test('a writer without the key appends nothing to a log that lost records which are published', async () => {
  const { place, keyless } = await places()
  place.log.records.pop()
  await expect(openMemoryLedger(keyless, { sealing: 'elsewhere' })).rejects.toMatchObject({ code: 'TREE_DIVERGED' })
})

test('a writer that seals needs the key', async () => {
  const { keyless } = await places()
  await expect(openMemoryLedger(keyless)).rejects.toMatchObject({ code: 'KEY_MISMATCH' })
})

test('each append says who submits it, also in one flush and as prepared events; the default is that of the opening', async () => {
  const ledger = await createMemoryLedger({ submitter: 'gateway' })
  await Promise.all([
    ledger.append('thing-1', 'any', [sampleEvent(1)], { submitter: 'alice' }),
    ledger.append('thing-2', 'any', prepare([sampleEvent(2)]), { submitter: 'bob' }),
    ledger.append('thing-3', 'any', [sampleEvent(3)]),
    ledger.heads(),
  ])
  const said = new Map<string, string>()
  for (const { stream, event } of await collect(ledger.readAll({ from: 2n }))) said.set(stream, event.submitter)
  expect(Object.fromEntries(said)).toEqual({
    'thing-1': 'alice',
    'thing-2': 'bob',
    'thing-3': 'gateway',
    'ledger-heads': 'gateway',
  })
  await expect(ledger.append('thing-4', 'any', [sampleEvent(4)], { submitter: 'a b' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
  await ledger.close()
})

test('who repeats an append is not compared: the record keeps who submitted it first', async () => {
  const ledger = await createMemoryLedger()
  await ledger.append('thing-1', 'any', [sampleEvent(1)], { submitter: 'alice' })
  expect((await ledger.append('thing-1', 'any', [sampleEvent(1)], { submitter: 'bob' })).replayed).toBe(true)
  const [record] = await collect(ledger.readStream('thing-1'))
  expect(record?.event.submitter).toBe('alice')
  await ledger.close()
})
