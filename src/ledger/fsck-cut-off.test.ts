import { expect, test } from 'vitest'
import { sampleEvents } from '../stores/conformance/sample-events.js'
import { createMemoryLedger, type MemoryPlace, memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { fsckLedger } from './index.js'

type Step = 'sign' | 'keep' | 'publish'

/** Checks a ledger whose writer died at a step of sealing: what was written before it is there, and nothing after. */
async function fsckOf(
  size: number,
  more: number,
  step: Step,
  change: (place: MemoryPlace) => Promise<void> = async () => {},
) {
  const place = memoryPlace()
  const writer = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  await writer.append('thing-1', 'any', sampleEvents(0, size))
  await writer.sealed((await writer.size()) - 1n)
  const reached = new Promise<void>((resolve) => {
    const dies = () => {
      resolve()
      return new Promise<never>(() => undefined)
    }
    if (step === 'sign') place.checkpoints.compareAndSet = dies
    if (step === 'keep') place.checkpoints.keep = dies
    if (step === 'publish') place.tiles.publish = dies
  })
  await writer.append('thing-1', 'any', sampleEvents(size, more))
  writer.heads().catch(() => undefined)
  writer.sealed((await writer.size()) - 1n).catch(() => undefined)
  await reached
  await change(place)
  return (await checked(place)).findings
}

async function checked(place: MemoryPlace) {
  const ports = memoryPorts(place)
  const { store } = ports
  const limit = await store.head()
  async function* records() {
    yield* await store.read({ from: 0, limit })
  }
  return fsckLedger({ ...ports, records, grown: async () => false }, true)
}

test.each(['sign', 'keep', 'publish'] as const)(
  'a writer that died at the step %s of sealing left nothing that is a finding',
  async (step) => {
    for (const [size, more] of [
      [10, 5],
      [10, 300],
      [245, 20],
      [245, 600],
      [600, 1],
    ] as const)
      expect([size, more, await fsckOf(size, more, step)]).toEqual([size, more, []])
  },
)

test('a writer that died before it published its first checkpoint left nothing that is a finding', async () => {
  const { findings, notes } = await checked(await diedBeforePublishing())
  expect(findings).toEqual([])
  expect(notes).toEqual(['the first checkpoint, of 2, is signed and not yet published'])
})

test('a published checkpoint that is gone although later ones were signed is a finding', async () => {
  const place = await diedBeforePublishing()
  await place.checkpoints.keep(1, (await place.checkpoints.latest())!)
  const { findings } = await checked(place)
  expect(findings.map(({ message }) => message)).toContain('a checkpoint of 2 is signed, none is published')
})

/** A ledger whose first checkpoint is signed, and none published. */
async function diedBeforePublishing(): Promise<MemoryPlace> {
  const place = memoryPlace()
  const reached = new Promise<void>((resolve) => {
    place.tiles.publish = () => {
      resolve()
      return new Promise<never>(() => undefined)
    }
  })
  createMemoryLedger({ place }).catch(() => undefined)
  await reached
  return place
}

test('what it left must fit the log all the same', async () => {
  const found = await fsckOf(245, 20, 'sign', async ({ tiles }) => {
    const full = (await tiles.read('tile/0/000'))!.slice()
    full[255 * 32]! ^= 1
    await tiles.write([
      { path: 'tile/0/000', bytes: full },
      { path: 'tile/0/001.p/200', bytes: new Uint8Array(200 * 32) },
    ])
  })
  expect(found.map(({ code, message }) => [code, message])).toEqual([
    ['TREE_DIVERGED', 'the tile tile/0/000 has another hash 255 than the log gives'],
    ['TREE_DIVERGED', 'the tile tile/0/001.p/200 is not part of the tree'],
  ])
})
