import { cp, type FileHandle, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogStore } from '../../src/ports/index.js'
import type { LedgerFactory, LogStoreFactory } from '../../src/stores/conformance/index.js'
import { openEmbeddedLogReader, openEmbeddedLogStore } from '../../src/stores/embedded/index.js'
import { scanSegment } from '../../src/stores/embedded/scan-segment.js'
import { ENTRY_HEADER_BYTES, parseSegmentName } from '../../src/stores/embedded/segment-format.js'
import { createEmbeddedLedger, layoutOf, openEmbeddedLedger, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'

/** Small segments, so that every case goes over several. */
const SEGMENT_BYTES = 64 * 1024

export const embeddedLogStores: LogStoreFactory = {
  async create() {
    const root = await mkdtemp(join(tmpdir(), 'clyra-log-'))
    const places = { directory: join(root, 'log'), cacheDirectory: join(root, 'cache') }
    const opened: LogStore[] = []
    const keep = async (opening: Promise<LogStore>) => {
      const store = await opening
      opened.push(store)
      return store
    }
    return {
      open: () => keep(openEmbeddedLogStore({ ...places, segmentBytes: SEGMENT_BYTES })),
      openReader: () => keep(openEmbeddedLogReader(places)),
      damage: (position) => flipInRecord(places.directory, position),
      openFailing: async () => {
        let flushed = 0
        const flush = async (file: FileHandle) => {
          if (++flushed === 1) throw Object.assign(new Error('EIO'), { code: 'EIO' })
          await file.datasync()
        }
        return keep(openEmbeddedLogStore({ ...places, flush }))
      },
      dispose: async () => {
        for (const store of opened) await store.close()
        await rm(root, { recursive: true, force: true })
      },
    }
  },
}

/** `threadFrom`: see `EmbeddedOptions`. */
export const embeddedLedgers = (threadFrom?: number): LedgerFactory => ({
  async create() {
    const root = await mkdtemp(join(tmpdir(), 'clyra-ledger-'))
    const directory = join(root, '.clyra')
    const common = { directory, headsEveryRecords: 1_000_000, segmentBytes: SEGMENT_BYTES, threadFrom }
    const { index } = layoutOf(directory)
    return {
      createLedger: (options) => createEmbeddedLedger({ ...common, ...options }),
      openLedger: (options) => openEmbeddedLedger({ ...common, ...options }),
      openReader: (options) => openEmbeddedLedgerReader({ ...common, ...options }),
      deleteIndex: () => rm(index, { recursive: true, force: true }),
      keepIndex: async () => {
        const kept = join(root, 'kept-index')
        await rm(kept, { recursive: true, force: true })
        await cp(index, kept, { recursive: true })
        return async () => {
          await rm(index, { recursive: true, force: true })
          await cp(kept, index, { recursive: true })
        }
      },
      plantForeignIndex: async () => {
        const other = join(root, 'other')
        const size = await recordsIn(directory)
        const ledger = await createEmbeddedLedger({ directory: other })
        const events = Array.from({ length: size + 10 }, () => ({
          source: '/other',
          type: 'org.example.other.v1',
          data: {},
        }))
        await ledger.append('other-1', 'no-stream', events)
        await ledger.close()
        await rm(index, { recursive: true, force: true })
        await cp(layoutOf(other).index, index, { recursive: true })
      },
      verify: async () => {
        await verifyLedger(directory)
      },
      dispose: () => rm(root, { recursive: true, force: true }),
    }
  },
})

async function recordsIn(directory: string): Promise<number> {
  const reader = await openEmbeddedLedgerReader({ directory })
  try {
    return Number(await reader.size())
  } finally {
    await reader.close()
  }
}

/** Changes one byte of a stored record, where it lies in its segment. */
async function flipInRecord(directory: string, position: number): Promise<void> {
  const segments = (await readdir(directory)).filter((name) => parseSegmentName(name) !== undefined).sort()
  const name = segments.findLast((segment) => parseSegmentName(segment)! <= position)!
  const first = parseSegmentName(name)!
  const scan = scanSegment(await readFile(join(directory, name)), first, undefined)
  if (scan === 'too-new') throw new Error('the segment is of a newer version')
  const at = scan.offsets[position - first]! + ENTRY_HEADER_BYTES + 3
  const file = await open(join(directory, name), 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at)
  buffer[0]! ^= 1
  await file.write(buffer, 0, 1, at)
  await file.close()
}
