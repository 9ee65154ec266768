import { expect, test } from 'vitest'
import { ClyraError } from '../errors/index.js'
import { createMemoryLedger, MemoryTileStore, memoryPlace, openMemoryLedger } from '../stores/memory/index.js'

/** Runs something while a tree is restored, and refuses tiles while told so. */
class WatchedTiles extends MemoryTileStore {
  whileRestored: (() => Promise<void>) | undefined
  refusing = false

  override async read(path: string): Promise<Uint8Array | undefined> {
    const run = path === 'checkpoint' ? this.whileRestored : undefined
    this.whileRestored = undefined
    await run?.()
    return super.read(path)
  }

  override async write(files: Parameters<MemoryTileStore['write']>[0]): Promise<void> {
    if (this.refusing) throw new ClyraError('IO_FAILED', 'injected: write tiles')
    await super.write(files)
  }
}

test('a heads record that another writer appends while this one opens gets its checkpoint', async () => {
  const tiles = new WatchedTiles()
  const place = { ...memoryPlace(), tiles }
  const first = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  tiles.whileRestored = async () => {
    tiles.refusing = true
    // It is appended; its writer does not get to seal it.
    await expect(first.heads()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
    tiles.refusing = false
  }
  const second = await openMemoryLedger(place, { sealDelayMs: 1_000_000 })
  const { position } = await second.append('thing-1', 'any', [{ type: 'com.example.thing.v1', source: '/t', data: {} }])
  expect(position).toBe(3n)
  await second.sealed(position)
  expect((await second.checkpointAt(3n))?.size).toBe(3n)
  await second.close()
  await first.close()
})
