import { expect, test } from 'vitest'
import type { CheckpointStore, TileStore } from '../ports/index.js'
import { sampleEvents } from '../stores/conformance/sample-events.js'
import { createMemoryLedger, memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { fsckLedger } from './index.js'

/** Checks a ledger of about `size` records whose writer appends and seals before call `moment` of the check on a tree. */
async function fsckBeside(size: number, moment: number) {
  const place = memoryPlace()
  const writer = await createMemoryLedger({ place, sealDelayMs: 1_000_000 })
  await writer.append('thing-1', 'any', sampleEvents(0, size))
  await writer.sealed((await writer.size()) - 1n)
  const goOn = async () => {
    await writer.append('thing-1', 'any', sampleEvents(size, 20))
    await writer.heads()
    await writer.sealed((await writer.size()) - 1n)
  }
  let calls = 0
  const before = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (calls++ === moment) await goOn()
    return ask()
  }
  const ports = memoryPorts(place)
  const { store } = ports
  const checkpoints: CheckpointStore = {
    latest: () => before(() => ports.checkpoints.latest()),
    kept: (at) => before(() => ports.checkpoints.kept(at)),
    keptSizes: () => before(() => ports.checkpoints.keptSizes()),
    keep: (at, note) => ports.checkpoints.keep(at, note),
    compareAndSet: (expected, next) => ports.checkpoints.compareAndSet(expected, next),
  }
  const tiles: TileStore = {
    read: (path) => before(() => ports.tiles.read(path)),
    list: async function* () {
      const paths = await before(async () => {
        const found: string[] = []
        for await (const path of ports.tiles.list()) found.push(path)
        return found
      })
      yield* paths
    },
    write: (files) => ports.tiles.write(files),
    publish: (note) => ports.tiles.publish(note),
    prune: (paths) => ports.tiles.prune(paths),
    close: () => ports.tiles.close(),
  }
  const known = await store.head()
  async function* records() {
    yield* await store.read({ from: 0, limit: known })
  }
  const grown = async () => (await store.head()) !== known
  const { findings } = await fsckLedger({ ...ports, checkpoints, tiles, records, grown }, true)
  await writer.close()
  return { findings, interrupted: calls > moment }
}

test.each([10, 245])(
  'what a writer appends and seals during a check of %i records is no finding, whenever it does',
  async (size) => {
    let moment = 0
    for (let going = true; going; moment++) {
      const { findings, interrupted } = await fsckBeside(size, moment)
      expect([moment, findings]).toEqual([moment, []])
      going = interrupted
    }
    expect(moment).toBeGreaterThan(5)
  },
)
