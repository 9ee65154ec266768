import { equalBytes, hex } from '../canonical/index.js'
import type { Vkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { ADOPTIONS_STREAM, createRegistry, isType } from '../events/index.js'
import { tileWidth } from '../merkle/index.js'
import type { SealMemory, TileStore } from '../ports/index.js'
import { LedgerCore, type LedgerPorts, readGenesis } from './ledger-core.js'
import { readStream } from './read-records.js'
import type { RestoredTree } from './restore-tree.js'
import { openCheckpoint, type Sealed } from './signed-checkpoint.js'
import { fetchTile, TileEdge } from './tile-edge.js'

/** A checkpoint that the ledger's key has signed, remembered outside of the ledger. */
export interface RememberedSeal extends Sealed {
  readonly where: string
}

/** A remembered checkpoint that the log does not bear out. */
export interface Contradiction {
  readonly seal: RememberedSeal
  /** `set-back`: the log ends before the checkpoint's size. `forked`: it is as long, and has another root there. */
  readonly reason: 'set-back' | 'forked'
  /** Records in the log. */
  readonly had: number
}

/** What a memory holds of a ledger. A note without the ledger's signature is told and left out: anybody may have put it there. */
export async function recallSeals(
  memory: SealMemory,
  identity: Uint8Array,
  key: Vkey,
  onWarning: (message: string) => void,
): Promise<RememberedSeal[]> {
  const seals: RememberedSeal[] = []
  for (const { note, where } of await memory.recall(identity)) {
    try {
      seals.push({ ...openCheckpoint(note, key, where), where })
    } catch (error) {
      onWarning(
        `what is remembered of the ledger is not used: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  return seals
}

/** The remembered checkpoints that the log contradicts, the smallest first, without those that it gives up itself. */
export async function findContradictions(
  core: LedgerCore,
  seals: readonly RememberedSeal[],
  tree: RestoredTree,
): Promise<Contradiction[]> {
  const found: Contradiction[] = []
  const had = await core.ports.store.head()
  for (const seal of seals) {
    const borneOut = seal.size <= had && equalBytes(await rootAt(core, tree, seal.size), seal.root)
    if (borneOut || (await isGivenUp(core, seal))) continue
    found.push({ seal, had, reason: seal.size > had ? 'set-back' : 'forked' })
  }
  return found.sort((a, b) => a.seal.size - b.seal.size)
}

/** The refusal that names both sizes, of the checkpoint that says most. */
export function rolledBack(contradictions: readonly Contradiction[]): ClyraError {
  // Called with one at least.
  const { seal, reason, had } = contradictions[contradictions.length - 1]!
  const what =
    reason === 'set-back'
      ? `this log has ${had} records, but a checkpoint of ${seal.size} was signed: ${seal.size - had} records that were acknowledged and sealed are gone`
      : `a checkpoint of ${seal.size} records was signed whose root is not the one of this log: other records stood here`
  return new ClyraError(
    'LEDGER_ROLLED_BACK',
    `${what} (remembered in ${seal.where}). Restore the newer state; whoever holds that checkpoint would find this ledger diverged`,
    {
      details: { reason, had, size: seal.size, root: hex(seal.root), remembered: seal.where },
    },
  )
}

/** The root over the first `size` records: from the tiles as far as they are sealed, then from the log. */
async function rootAt({ ports }: LedgerCore, { edge }: RestoredTree, size: number): Promise<Uint8Array> {
  if (size === edge.size) return edge.root()
  if (size < edge.size) {
    const restored = await TileEdge.restore(size, tilesOf(ports.tiles, edge.size))
    return restored.root()
  }
  const grown = edge.clone()
  while (grown.size < size) {
    const records = await ports.store.read({ from: grown.size, limit: Math.min(4096, size - grown.size) })
    if (records.length === 0)
      throw new ClyraError('LOG_CORRUPT', `the log has no record at position ${grown.size}`, {
        details: { position: grown.size },
      })
    grown.append(records.map(({ leaf }) => leaf))
    grown.takeFullTiles()
  }
  return grown.root()
}

/** Whether the log itself says that this checkpoint was given up when it went on. */
async function isGivenUp(core: LedgerCore, { size, root }: RememberedSeal): Promise<boolean> {
  if ((await core.ports.index.head(ADOPTIONS_STREAM)) === undefined) return false
  for await (const record of readStream(core, ADOPTIONS_STREAM, { backwards: true })) {
    if (!isType(record, 'dev.clyra.ledger.adopted.v1')) continue
    const { signedSize, signedRoot } = record.event.data
    if (signedSize === String(size) && signedRoot === hex(root)) return true
  }
  return false
}

/**
 * What is remembered and not borne out, for a reader: nothing is written. The tree is that of the published checkpoint,
 * and the log where its tiles cannot be used.
 */
export async function examineMemory(
  ports: LedgerPorts,
  onWarning: (message: string) => void,
): Promise<readonly Contradiction[]> {
  if (ports.memory === undefined) return []
  const core = new LedgerCore(ports, await readGenesis(ports.store), createRegistry([]))
  await core.refresh()
  const { identity, key } = core.genesis
  const seals = await recallSeals(ports.memory, identity, key, onWarning)
  return findContradictions(core, seals, { edge: await publishedEdge(core), newest: undefined })
}

async function publishedEdge(core: LedgerCore): Promise<TileEdge> {
  const published = await core.published()
  if (published === undefined) return TileEdge.empty()
  try {
    return await sealedEdge(core.ports.tiles, published.size)
  } catch {
    return TileEdge.empty()
  }
}

/** The sealed tree of `size` leaves, from its tiles. */
export function sealedEdge(tiles: TileStore, size: number): Promise<TileEdge> {
  return TileEdge.restore(size, tilesOf(tiles, size))
}

/** Tiles of a tree as wide as they are now: the narrower one of then may be gone, or was never written here. */
function tilesOf(tiles: TileStore, size: number) {
  return async (level: number, index: number, width: number): Promise<Uint8Array> => {
    const bytes = await fetchTile(tiles, level, index, tileWidth(level, index, size))
    if (bytes !== undefined) return bytes.subarray(0, 32 * width)
    throw new ClyraError('TREE_DIVERGED', `tile ${level}/${index} is missing`, { details: { damaged: 'tile' } })
  }
}
