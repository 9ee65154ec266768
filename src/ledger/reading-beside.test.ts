import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClyraError } from '../errors/index.js'
import { verifyHeadsProof } from '../merkle/index.js'
import { sampleEvents } from '../stores/conformance/sample-events.js'
import { LayeredIndex } from '../stores/index/index.js'
import { createMemoryLedger, MemoryTileStore, memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { type LedgerReaderHandle, openLedgerReader } from './index.js'

/** Does not publish while told so. */
class WatchedTiles extends MemoryTileStore {
  refusing = false

  override async publish(note: Uint8Array): Promise<void> {
    if (this.refusing) throw new ClyraError('IO_FAILED', 'injected: publish')
    await super.publish(note)
  }
}

/** Does something between the moment that it gives its heads map and the moment that something is proved in it. */
class WatchedIndex extends LayeredIndex {
  meanwhile: (() => Promise<void>) | undefined

  override headsMap() {
    const map = super.headsMap()
    const prove = async (stream: string) => {
      const run = this.meanwhile
      this.meanwhile = undefined
      await run?.()
      return map?.prove(stream)
    }
    return map && { ...map, prove }
  }
}

const opened = () => ({ ...memoryPlace(), tiles: new WatchedTiles(), index: new WatchedIndex() })
let place: ReturnType<typeof opened>
let writer: Awaited<ReturnType<typeof createMemoryLedger>>
let reader: LedgerReaderHandle
beforeEach(async () => {
  place = opened()
  writer = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  reader = await openLedgerReader({ ...memoryPorts(place), index: place.index })
})
afterEach(async () => {
  await reader.close()
  await writer.close()
})

test('a reader knows of a kept checkpoint once it is published', async () => {
  await writer.append('thing-1', 'any', sampleEvents(0, 3))
  place.tiles.refusing = true
  await expect(writer.heads()).rejects.toMatchObject({ code: 'SEAL_FAILED' })
  const size = await writer.size()
  expect(await place.checkpoints.kept(Number(size))).toBeDefined()
  expect(await reader.checkpointAt(size)).toBeUndefined()
  await expect(reader.prove(1n, { size })).rejects.toMatchObject({ code: 'NOT_SEALED' })
  place.tiles.refusing = false
  await writer.sealed(size - 1n)
  expect((await reader.checkpointAt(size))?.size).toBe(size)
  expect((await reader.prove(1n, { size })).size).toBe(size)
})

test('a head is proved though the newest heads record becomes an older one meanwhile', async () => {
  await writer.append('thing-1', 'any', sampleEvents(0, 3))
  const { position } = await writer.heads()
  place.index.meanwhile = async () => {
    await writer.append('thing-1', 'any', sampleEvents(3, 3))
    await writer.heads()
    expect((await reader.streamHead('thing-1'))?.revision).toBe(5n)
  }
  const { root, head, proof } = await reader.proveHead('thing-1', position)
  expect([place.index.meanwhile, head?.revision]).toEqual([undefined, 2n])
  expect(verifyHeadsProof(root, 'thing-1', head && { revision: 2, leaf: head.leaf }, proof)).toBe(true)
})
