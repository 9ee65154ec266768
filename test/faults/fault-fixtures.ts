import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultFactory, FaultFixture, TearAppend } from '../../src/stores/conformance/index.js'
import { readerPorts, writerPorts } from '../../src/stores/embedded/open.js'
import {
  encodeFrame,
  encodeSegmentHeader,
  parseSegmentName,
  segmentName,
} from '../../src/stores/embedded/segment-format.js'
import { layoutOf } from '../../src/stores/index.js'
import { type MemoryPlace, memoryPlace, memoryPorts } from '../../src/stores/memory/index.js'
import { verifyLedger } from '../ledger/verify-ledger.js'

/** What a mutant changes of a fixture. */
type ChangeFixture = (fixture: FaultFixture) => FaultFixture
const unchanged: ChangeFixture = (fixture) => fixture

export function memoryFaults(
  change: ChangeFixture = unchanged,
  makePlace: () => MemoryPlace = memoryPlace,
): FaultFactory {
  return {
    async create() {
      const place = makePlace()
      return change({
        openPorts: async () => memoryPorts(place),
        openReaderPorts: async () => memoryPorts(place),
        tear: { cannot: 'an append in memory is one step' },
        dispose: async () => undefined,
      })
    },
  }
}

export function embeddedFaults(change: ChangeFixture = unchanged): FaultFactory {
  return {
    async create() {
      const root = await mkdtemp(join(tmpdir(), 'clyra-faults-'))
      const directory = join(root, '.clyra')
      // Small segments, so that a run goes over several.
      const common = { directory, segmentBytes: 32 * 1024 }
      return change({
        openPorts: (onWarning) => writerPorts({ ...common, onWarning }, () => 'faults.example'),
        openReaderPorts: () => readerPorts({ directory }),
        tear: tearIn(layoutOf(directory).log),
        verify: async () => {
          await verifyLedger(directory)
        },
        dispose: () => rm(root, { recursive: true, force: true }),
      })
    },
  }
}

/** Leaves the first half of the frame that the append would write, in the newest segment or in a new one. */
function tearIn(directory: string): TearAppend {
  return async (records, expectedHead) => {
    const { bytes } = encodeFrame(records, expectedHead)
    const newest = (await readdir(directory))
      .filter((name) => parseSegmentName(name) !== undefined)
      .sort()
      .pop()
    const file = await open(join(directory, newest ?? segmentName(0)), 'a')
    if (newest === undefined)
      await file.appendFile(encodeSegmentHeader({ firstPosition: 0, genesis: records[0]!.leaf }))
    await file.appendFile(bytes.subarray(0, bytes.length >> 1))
    await file.close()
  }
}
