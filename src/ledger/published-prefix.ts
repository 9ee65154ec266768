import { ClyraError } from '../errors/index.js'
import type { LedgerCore } from './ledger-core.js'
import { sealedEdge } from './remembered-seals.js'
import { checkNewestLeaves, type RestoredTree } from './restore-tree.js'
import { assertSameRoot } from './signed-checkpoint.js'
import { TileEdge } from './tile-edge.js'

/**
 * The published tree, for a writer that seals nothing itself: what is published has to be the beginning of the log.
 * Nothing is written. Rejects with TREE_DIVERGED.
 */
export async function publishedPrefix(core: LedgerCore): Promise<RestoredTree> {
  const { store, tiles } = core.ports
  const newest = await core.published()
  if (newest === undefined) return { edge: TileEdge.empty(), newest }
  // Read after the checkpoint: it only grows while somebody else seals.
  const head = await store.head()
  if (newest.size > head)
    throw new ClyraError('TREE_DIVERGED', `the log has ${head} records, a checkpoint of ${newest.size} is published`, {
      details: { head, size: newest.size },
    })
  const edge = await sealedEdge(tiles, newest.size)
  assertSameRoot({ ...newest, root: edge.root() }, newest, 'the tiles and the published checkpoint')
  await checkNewestLeaves({ store, tiles }, newest.size)
  return { edge, newest }
}
