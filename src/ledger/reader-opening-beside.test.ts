import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogStore } from '../ports/index.js'
import { sampleEvents } from '../stores/conformance/sample-events.js'
import { LayeredIndex, packLayer } from '../stores/index/index.js'
import { LmdbBase } from '../stores/lmdb/lmdb-base.js'
import { memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { createLedger, type LedgerHandle, openLedgerReader } from './index.js'

let directory: string
let base: LmdbBase
let index: LayeredIndex
let at: ReturnType<typeof memoryPlace>
let writer: LedgerHandle

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-beside-'))
  base = LmdbBase.open(directory, false)
  index = new LayeredIndex({ base, write: async (layer, state) => base.write(packLayer(layer, state)) })
  at = memoryPlace()
  writer = await createLedger({ ...memoryPorts(at), index }, { random: (n) => new Uint8Array(randomBytes(n)) })
  await goOn(0)
})

afterEach(async () => {
  await writer.close()
  await base.close()
  await rm(directory, { recursive: true, force: true })
})

/** The writer appends, and stores its index as far as it is then. */
async function goOn(first: number): Promise<void> {
  await writer.append('thing-1', 'any', sampleEvents(first, 5))
  await index.flush()
  base.reread()
}

/** A store before whose call of this number, from 0, something happens. */
function interrupted(store: LogStore, call: number, meanwhile: () => Promise<void>): LogStore {
  let calls = 0
  const before = async () => {
    if (calls++ === call) await meanwhile()
  }
  return {
    capabilities: store.capabilities,
    append: (records, head) => store.append(records, head),
    head: () => before().then(() => store.head()),
    read: (range) => before().then(() => store.read(range)),
    moved: (size, signal) => store.moved(size, signal),
    close: () => store.close(),
  }
}

test.each([0, 1, 2, 3])(
  'an index that its writer moves on before call %i of a reader on the log is not taken for a foreign one',
  async (call) => {
    const warnings: string[] = []
    const ports = memoryPorts(at)
    let interruptions = 0
    const store = interrupted(ports.store, call, async () => {
      interruptions++
      await goOn(5)
    })
    const reader = await openLedgerReader(
      { ...ports, store, index: new LayeredIndex({ base }) },
      { onWarning: (warning) => warnings.push(warning) },
    )
    expect((await reader.streamHead('thing-1'))?.revision).toBe(9n)
    await reader.close()
    expect([interruptions, warnings]).toEqual([1, []])
  },
)
