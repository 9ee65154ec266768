import { equalBytes, hex } from '../canonical/index.js'
import { parseVkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { entriesPath, entryBundle, TILE_WIDTH, tilePath, verifyConsistency } from '../merkle/index.js'
import type { TileStore } from '../ports/index.js'
import type { LedgerReaderHandle } from './event-ledger-reader.js'
import type { SignedCheckpoint } from './ledger-reader.js'
import { openCheckpoint, type Sealed } from './signed-checkpoint.js'
import { TileEdge } from './tile-edge.js'

export interface ExportedTiles {
  readonly size: bigint
  readonly tiles: number
  readonly bundles: number
}

/**
 * Writes the whole public log as a C2SP tlog-tiles tree: hash tiles, entry bundles and, last, the checkpoint. All of it
 * is computed from the records; TREE_DIVERGED where they do not give the checkpoint's root. A tree that is already
 * there is brought up to date: partial tiles that have become full are removed. A tree is the public's memory of what was
 * signed: LEDGER_ROLLED_BACK, and nothing is written, where its checkpoint is this ledger's and is not borne out.
 */
export async function exportTiles(ledger: LedgerReaderHandle, target: TileStore): Promise<ExportedTiles> {
  const checkpoint = await ledger.checkpoint()
  const published = publishedBy(ledger, await target.read('checkpoint'))
  if (published !== undefined && !(await isGrownFrom(ledger, published, checkpoint)))
    throw contradicted(published, checkpoint)
  const edge = TileEdge.empty()
  let tiles = 0
  let bundles = 0
  let entries: Uint8Array[] = []
  const write = async (last: boolean) => {
    const grown = last ? edge.takeTiles() : edge.takeFullTiles()
    const files = grown.map(({ path, bytes }) => ({ path, bytes }))
    const full = grown
      .filter(({ width }) => width === TILE_WIDTH)
      .map(({ level, index }) => `${tilePath(level, index)}.p`)
    tiles += files.length
    if (entries.length === TILE_WIDTH || (last && entries.length > 0)) {
      const index = Math.floor((edge.size - 1) / TILE_WIDTH)
      files.push({ path: entriesPath(index, entries.length), bytes: entryBundle.encode(entries) })
      if (entries.length === TILE_WIDTH) full.push(`${entriesPath(index)}.p`)
      bundles++
      entries = []
    }
    await target.write(files)
    await target.prune(full)
  }
  for await (const { leaf, bytes, position } of ledger.readAll({ before: checkpoint.size })) {
    edge.append([leaf])
    entries.push(bytes)
    if ((Number(position) + 1) % TILE_WIDTH === 0) await write(false)
  }
  await write(true)
  if (BigInt(edge.size) !== checkpoint.size || !equalBytes(edge.root(), checkpoint.root)) {
    throw new ClyraError('TREE_DIVERGED', `the records do not give the root of the checkpoint of ${checkpoint.size}`, {
      details: { damaged: 'tree' },
    })
  }
  await target.publish(checkpoint.note)
  return { size: checkpoint.size, tiles, bundles }
}

/** The checkpoint that a tree shows, if it is one of this ledger: whatever else stands there is overwritten as ever. */
function publishedBy({ vkey }: LedgerReaderHandle, note: Uint8Array | undefined): Sealed | undefined {
  try {
    return note === undefined ? undefined : openCheckpoint(note, parseVkey(vkey), 'the tree')
  } catch {
    return undefined
  }
}

/** Whether the tree that is there is the beginning of the one that is to take its place. */
async function isGrownFrom(
  ledger: LedgerReaderHandle,
  { size, root }: Sealed,
  now: SignedCheckpoint,
): Promise<boolean> {
  if (BigInt(size) > now.size) return false
  const { hashes } = await ledger.proveConsistency(BigInt(size), now.size)
  return verifyConsistency(size, Number(now.size), hashes, root, now.root)
}

function contradicted({ size, root }: Sealed, checkpoint: SignedCheckpoint): ClyraError {
  const why =
    BigInt(size) > checkpoint.size ? `this ledger has ${checkpoint.size}` : 'this ledger has another root there'
  return new ClyraError(
    'LEDGER_ROLLED_BACK',
    `a checkpoint of ${size} records is published in this tree, and ${why}: nothing was written; export to a new directory, and tell whoever reads the old one`,
    { details: { size, root: hex(root), signed: String(checkpoint.size) } },
  )
}
