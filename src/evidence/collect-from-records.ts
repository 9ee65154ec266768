import { ClyraError } from '../errors/index.js'
import { HEADS_STREAM, isType, type LedgerRecord } from '../events/index.js'
import { CompactRange, HeadsMap, leavesReader, multiProof } from '../merkle/index.js'
import type { Claiming, CollectedEvidence } from './collect-evidence.js'

/**
 * The evidence of a run out of nothing but the log's records up to a heads record: what `collectEvidence` takes from a
 * ledger's tiles and index is computed here from the first record on. `note` is the checkpoint of exactly that size;
 * it is detached and passed through.
 */
export async function collectFromRecords(
  profile: Claiming,
  records: readonly LedgerRecord[],
  run: string,
  note: Uint8Array,
): Promise<CollectedEvidence> {
  const heads = records.at(-1)
  const genesis = records[0]
  if (heads === undefined || genesis === undefined || !isType(heads, 'dev.clyra.ledger.heads.v1')) {
    throw new ClyraError('NOT_SEALED', `position ${records.length - 1} holds no heads record`)
  }
  const before = records.slice(0, -1)
  const stream = profile.stream(run)
  const claims = profile.claims(
    run,
    before.filter((record) => record.event.stream === stream),
  )
  const wanted = new Set(claims)
  const chosen = records.filter((record) => record === genesis || record === heads || wanted.has(record.event.stream))
  const map = new HeadsMap()
  const newest = new Map(before.map((record) => [record.event.stream, record]))
  map.update(
    [...newest].map(([stream, record]) => ({ stream, revision: Number(record.event.revision), leaf: record.leaf })),
  )
  const root = map.root()
  const paths = [...claims, HEADS_STREAM].sort().map((stream) => {
    const last = newest.get(stream)
    return {
      position: BigInt(heads.position),
      root,
      stream,
      head: last === undefined ? null : { revision: BigInt(last.event.revision), leaf: last.leaf },
      proof: map.prove(stream),
    }
  })
  const tree = new CompactRange()
  for (const record of records) tree.append(record.leaf)
  const hashes = await multiProof(
    chosen.map((record) => record.position),
    records.length,
    leavesReader(records.map((record) => record.leaf)),
  )
  const origin = genesis.event.ledger
  const checkpoint = { origin, size: BigInt(records.length), root: tree.root(), note }
  return { run, origin, genesis: genesis.leaf, heads, checkpoint, records: chosen, claims, paths, hashes }
}
