import { ClyraError } from '../errors/index.js'
import { isEventOf, parseRecord } from '../events/index.js'
import { consistencyProof, type HashReader, inclusionProof, multiProof, tilePath, tileReader } from '../merkle/index.js'
import type { LedgerCore } from './ledger-core.js'
import type { ConsistencyProof, HeadsPath, InclusionProof } from './proofs.js'
import type { Sealed } from './signed-checkpoint.js'
import { fetchTile } from './tile-edge.js'

/** Reads nodes of the sealed tree out of the published tiles; good for any size up to `size`. */
function readerOf(core: LedgerCore, size: number): HashReader {
  return tileReader(size, async ({ level, index, width }) => {
    const bytes = await fetchTile(core.ports.tiles, level, index, width)
    if (bytes !== undefined) return bytes
    const path = tilePath(level, index, width)
    throw new ClyraError('TREE_DIVERGED', `the tile ${path} is missing`, { details: { path, damaged: 'tile' } })
  })
}

/** `under`: the checkpoint to prove under, at most as large as `newest`, from whose tiles the nodes come. */
export async function proveInclusion(
  core: LedgerCore,
  newest: Sealed,
  under: Sealed,
  position: number,
): Promise<InclusionProof> {
  assertCovered(position, under.size)
  const [record] = await core.at([position])
  const hashes = await inclusionProof(position, under.size, readerOf(core, newest.size))
  return {
    position: BigInt(position),
    // `at` gives exactly as many records as asked for.
    leaf: record!.leaf,
    size: BigInt(under.size),
    root: under.root,
    hashes,
    checkpoint: under.note,
  }
}

export async function proveConsistency(
  core: LedgerCore,
  newest: Sealed,
  oldSize: number,
  newSize: number,
): Promise<ConsistencyProof> {
  if (newSize > newest.size) assertCovered(newSize - 1, newest.size)
  const hashes = await consistencyProof(oldSize, newSize, readerOf(core, newest.size))
  return { oldSize: BigInt(oldSize), newSize: BigInt(newSize), hashes }
}

export async function proveMany(
  core: LedgerCore,
  newest: Sealed,
  positions: readonly number[],
  size: number,
): Promise<Uint8Array[]> {
  if (size > newest.size) assertCovered(size - 1, newest.size)
  return multiProof(positions, size, readerOf(core, newest.size))
}

function assertCovered(position: number, size: number): void {
  if (position < size) return
  throw new ClyraError('NOT_SEALED', `the checkpoint of ${size} does not cover position ${position}`, {
    details: { position, size },
  })
}

/**
 * The path of a stream in the map of the heads record at `position`. The index holds the map of the newest heads
 * record; an older one is folded from the log.
 */
export async function proveHead(core: LedgerCore, stream: string, position: number): Promise<HeadsPath> {
  await core.refresh()
  const { index } = core.ports
  const [record] = await core.at([position])
  const event = parseRecord(record!.bytes)
  if (!isEventOf(event, 'dev.clyra.ledger.heads.v1')) {
    throw new ClyraError('INVALID_POSITION', `position ${position} holds ${event.type}, not a heads record`, {
      details: { position },
    })
  }
  const newest = await index.headsMap()
  if (newest?.position === position) {
    const proof = await newest.prove(stream)
    // Else another heads record was applied meanwhile, and this one is an older one by now.
    if (proof !== undefined)
      return {
        position: BigInt(position),
        root: newest.root,
        stream,
        head: await headBefore(core, stream, position),
        proof,
      }
  }
  const { map, heads } = await core.headsAt(position)
  const head = heads.get(stream)
  return {
    position: BigInt(position),
    root: map.root(),
    stream,
    head: head === undefined ? null : { revision: BigInt(head.revision), leaf: head.leaf },
    proof: map.prove(stream),
  }
}

/** The last record of a stream below a position. */
async function headBefore(core: LedgerCore, stream: string, position: number): Promise<HeadsPath['head']> {
  const { index } = core.ports
  const head = await index.head(stream)
  if (head === undefined) return null
  let revision = head.revision
  if (head.position < position) return { revision: BigInt(revision), leaf: head.leaf }
  // Few records follow the newest heads record: walk back from the end, a little further each time.
  for (let step = 16; revision >= 0; step *= 4) {
    const from = Math.max(0, revision - step + 1)
    const positions = await index.positionsIn(stream, from, revision - from + 1)
    for (let i = positions.length - 1; i >= 0; i--) {
      if (positions[i]! >= position) continue
      const [record] = await core.at([positions[i]!])
      return { revision: BigInt(from + i), leaf: record!.leaf }
    }
    revision = from - 1
  }
  return null
}
