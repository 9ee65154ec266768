import { expect, test } from 'vitest'
import { ClyraError } from '../errors/index.js'
import {
  createMemoryLedger,
  MemoryCheckpointStore,
  type MemoryPlace,
  MemoryTileStore,
  memoryPlace,
  openMemoryLedger,
} from '../stores/memory/index.js'

/** Steps of sealing that can fail, and a switch that makes the next call of one of them fail. */
class Faults {
  readonly calls: string[] = []
  next: { readonly step: string; readonly times: number } | undefined

  step(name: string): void {
    this.calls.push(name)
    if (this.next?.step !== name || this.next.times === 0) return
    this.next = { step: name, times: this.next.times - 1 }
    throw new ClyraError('IO_FAILED', `injected: ${name}`)
  }
}

class FaultyTiles extends MemoryTileStore {
  readonly faults: Faults
  constructor(faults: Faults) {
    super()
    this.faults = faults
  }
  override async write(files: Parameters<MemoryTileStore['write']>[0]): Promise<void> {
    // The first file gets there, the others do not.
    if (files.length > 1) await super.write(files.slice(0, 1))
    this.faults.step('write tiles')
    await super.write(files)
  }
  override async publish(checkpoint: Uint8Array): Promise<void> {
    this.faults.step('publish')
    await super.publish(checkpoint)
  }
}

class FaultyCheckpoints extends MemoryCheckpointStore {
  readonly faults: Faults
  constructor(faults: Faults) {
    super()
    this.faults = faults
  }
  override async keep(size: number, note: Uint8Array): Promise<void> {
    this.faults.step('keep')
    await super.keep(size, note)
  }
  override async compareAndSet(expected: Uint8Array | undefined, next: Uint8Array): Promise<void> {
    this.faults.step('compare and set')
    await super.compareAndSet(expected, next)
  }
}

const STEPS = ['write tiles', 'keep', 'compare and set', 'publish']
const event = { type: 'com.example.thing.v1', source: '/t', data: {} }
const many = (count: number) => Array.from({ length: count }, () => event)

async function faultyPlace(): Promise<{ readonly place: MemoryPlace; readonly faults: Faults }> {
  const faults = new Faults()
  return {
    faults,
    place: { ...memoryPlace(), tiles: new FaultyTiles(faults), checkpoints: new FaultyCheckpoints(faults) },
  }
}

test('a heads checkpoint is sealed in the order: tiles, kept, durable state, publication', async () => {
  const { place, faults } = await faultyPlace()
  const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  faults.calls.length = 0
  await ledger.heads()
  expect(faults.calls).toEqual(STEPS)
  await ledger.close()
})

for (const step of STEPS) {
  test(`when "${step}" fails, appends go on, sealed() says SEAL_FAILED, and the next attempt succeeds`, async () => {
    const { place, faults } = await faultyPlace()
    const warnings: string[] = []
    const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000, onWarning: (w) => warnings.push(w) })
    await ledger.append('thing-1', 'any', many(300))
    faults.next = { step, times: 1 }
    await expect(ledger.heads()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
    expect(warnings.length).toBe(1)
    const { position } = await ledger.append('thing-1', 'any', [event])
    const checkpoint = await ledger.sealed(position)
    expect(checkpoint.size).toBe(position + 1n)
    expect(await ledger.checkpointAt(303n)).toBeDefined()
    expect((await place.tiles.read('checkpoint'))?.length).toBeGreaterThan(0)
    expect((await ledger.proveConsistency(303n)).hashes.length).toBeGreaterThan(0)
    await ledger.close()
    await (await openMemoryLedger(place)).close()
  })

  test(`a process that ends where "${step}" failed leaves what the next one seals to the same root`, async () => {
    const { place, faults } = await faultyPlace()
    const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
    await ledger.append('thing-1', 'any', many(300))
    faults.next = { step, times: 1_000 }
    await expect(ledger.heads()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
    await expect(ledger.close()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
    faults.next = undefined
    const again = await openMemoryLedger(place)
    const checkpoint = await again.checkpoint()
    expect(checkpoint.size).toBeGreaterThanOrEqual(303n)
    expect((await again.checkpointAt(303n))?.size).toBe(303n)
    await again.close()
  })
}

test('beyond the configured backlog appends are refused while sealing fails, and go on when it works again', async () => {
  const { place, faults } = await faultyPlace()
  const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000, maxBacklog: 100 })
  faults.next = { step: 'publish', times: 1 }
  await ledger.append('thing-1', 'any', many(50))
  faults.next = { step: 'write tiles', times: 1_000 }
  await expect(ledger.sealed(51n)).rejects.toMatchObject({ code: 'SEAL_FAILED' })
  const last = await ledger.append('thing-1', 'any', many(60))
  await expect(ledger.append('thing-1', 'any', [event])).rejects.toMatchObject({ code: 'SEAL_FAILED' })
  faults.next = undefined
  await ledger.sealed(last.position)
  await ledger.append('thing-1', 'any', [event])
  await ledger.close()
})

test('a record that changed under a kept or signed checkpoint is TREE_DIVERGED, never signed again', async () => {
  const { place, faults } = await faultyPlace()
  const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  await ledger.append('thing-1', 'any', many(20))
  faults.next = { step: 'compare and set', times: 1_000 }
  await expect(ledger.heads()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
  await ledger.close().catch(() => undefined)
  faults.next = undefined
  // The kept checkpoint of 23 was signed; another log of the same length must not be sealed at that size.
  const forged = place.log.records[21]!
  place.log.records[21] = { ...place.log.records[20]!, position: forged.position }
  await expect(openMemoryLedger(place).then((opened) => opened.sealed(22n))).rejects.toMatchObject({
    code: expect.stringMatching(/^(SEAL_FAILED|TREE_DIVERGED|INDEX_CORRUPT)$/),
  })
  place.log.records[21] = forged
  await (await openMemoryLedger(place)).close()
})

test('what would fill sixteen tiles is sealed at once, however long a seal may wait', async () => {
  const { place, faults } = await faultyPlace()
  const ledger = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  const before = await ledger.checkpoint()
  faults.calls.length = 0
  await ledger.append('thing-1', 'any', many(4000))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(faults.calls).toEqual([])
  expect((await ledger.checkpoint()).size).toBe(before.size)
  await ledger.append('thing-1', 'any', many(96))
  await expect.poll(async () => (await ledger.checkpoint()).size).toBe(before.size + 4096n)
  await ledger.close()
})
