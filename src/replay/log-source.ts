import { join } from 'node:path'
import { equalBytes } from '../canonical/index.js'
import { type Checkpoint, statedCheckpoint } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { type LedgerRecord, RecordReader, upcast } from '../events/index.js'
import { HashedRecord, type LedgerReader, VerifiedRecord } from '../ledger/index.js'
import { CompactRange, entriesPath, entryBundle, TILE_WIDTH } from '../merkle/index.js'
import type { ProjectedLedger } from '../projector/index.js'
import { readFileBounded } from '../system/index.js'
import { TILE_FILE } from './tile-file.js'

/** A log to fold again: a ledger, or the tiles of one. */
export interface LogSource {
  readonly origin: string
  readonly size: number
  /** The same log as the projector reads it. */
  readonly projected: ProjectedLedger
  /** Up to this position, inclusive. */
  records(to?: number): AsyncIterable<LedgerRecord>
}

export async function ledgerSource(ledger: LedgerReader): Promise<LogSource> {
  return {
    origin: ledger.origin,
    size: Number(await ledger.size()),
    projected: ledger,
    async *records(to = Number.MAX_SAFE_INTEGER) {
      for await (const records of ledger.readBatches({ before: BigInt(to) + 1n })) yield* records
    },
  }
}

/**
 * A directory that `clyra export tiles` wrote. The records are read from the entry bundles and their tree is computed
 * again: TREE_DIVERGED unless it has the root of the directory's checkpoint. Signatures are for `verify` to check.
 */
export async function tilesSource(folder: string): Promise<LogSource> {
  const checkpoint = statedCheckpoint(await read(folder, 'checkpoint'))
  const { size } = checkpoint
  const records = (to = Number.MAX_SAFE_INTEGER) => entriesOf(folder, checkpoint, to)
  return { origin: checkpoint.origin, size, records, projected: await projectedTiles(size, records) }
}

async function* entriesOf(folder: string, { size, root }: Checkpoint, to: number): AsyncIterable<LedgerRecord> {
  const tree = new CompactRange()
  const reader = new RecordReader()
  for (let start = 0; start < size; start += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - start)
    const entries = entryBundle.decode(await read(folder, entriesPath(start / TILE_WIDTH, width)), width)
    for (const [index, bytes] of entries.entries()) {
      const position = start + index
      const hashed = HashedRecord.from(position, bytes)
      tree.append(hashed.leaf)
      if (position <= to) yield VerifiedRecord.of(hashed, upcast(reader.read(bytes)))
    }
  }
  if (!equalBytes(tree.root(), root)) {
    throw new ClyraError('TREE_DIVERGED', `the records in ${folder} do not have the root of its checkpoint`, {
      details: { path: folder, size, damaged: 'export' },
    })
  }
}

async function projectedTiles(size: number, records: LogSource['records']): Promise<ProjectedLedger> {
  const first = await records(0)[Symbol.asyncIterator]().next()
  return {
    identity: first.done === true ? new Uint8Array(32) : first.value.leaf,
    size: async () => BigInt(size),
    async *readBatches({ from = 0n, limit = Number.MAX_SAFE_INTEGER } = {}) {
      let left = limit
      let batch: LedgerRecord[] = []
      for await (const record of records()) {
        if (BigInt(record.position) < from) continue
        // The whole log is read even where less is wanted: only its end shows whether it has the signed root.
        if (left-- > 0) batch.push(record)
        if (batch.length < TILE_WIDTH) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
  }
}

function read(folder: string, path: string): Promise<Uint8Array> {
  return readFileBounded(join(folder, path), { ...TILE_FILE, tooLarge: 'TREE_DIVERGED' })
}
