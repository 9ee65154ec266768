import { equalBytes, fromHex, hex } from './bytes.js'
import { streamStart } from './chain.js'
import type { Documents } from './documents.js'
import { type StreamHead, verifyHeadsProof } from './heads-map.js'
import type { LogRecord } from './record.js'
import { dataOf } from './record-data.js'
import type { Offences } from './refusal.js'

const STREAM = 'ledger-heads'

/**
 * Stage heads: the claimed streams are complete as of the last record. That record states the root of all stream heads
 * before it; each claimed stream has a path from its last record in the bundle (or its absence) to that root; and the
 * path of `ledger-heads` itself ties the heads record to the one before it.
 */
export function checkBundleHeads(
  documents: Documents,
  streams: ReadonlyMap<string, StreamHead>,
  offences: Offences,
): void {
  const { heads, manifest, records } = documents
  const last = records.at(-1)!
  const position = manifest.size - 1
  const stated = dataOf(last, 'dev.clyra.ledger.heads.v1')
  if (stated === undefined || stated.size !== position || documents.proof.positions.at(-1) !== position) {
    offences.add('HEADS_RECORD_INVALID', 'the last record is not the heads record that the checkpoint ends with', {
      position,
    })
    return
  }
  if (!equalBytes(heads.root, stated.root) || heads.position !== position) {
    offences.add('HEADS_FILE_MISMATCH', 'heads.json has another root or position than the heads record')
  }
  const wanted = new Map(manifest.claims.map(({ stream, head }) => [stream, head]))
  const beforeLast = previousHeads(last, records[0]!.leaf, offences)
  wanted.set(STREAM, beforeLast)
  const extra = heads.paths.find(({ stream }) => !wanted.has(stream))
  if (extra !== undefined || heads.paths.length !== wanted.size) {
    offences.add('HEADS_PATH_MISSING', 'heads.json does not have one path for each claimed stream and ledger-heads')
  }
  for (const { stream, head } of manifest.claims) {
    if (!sameHead(head, stream === STREAM ? beforeLast : (streams.get(stream) ?? null))) {
      offences.add('HEADS_CLAIM_MISMATCH', `the claimed head of ${stream} is not its last record`)
    }
  }
  for (const { stream, head, siblings, other } of heads.paths) {
    const claim = wanted.get(stream)
    if (claim === undefined) continue
    if (!sameHead(head, claim)) offences.add('HEADS_CLAIM_MISMATCH', `the path of ${stream} is for another head`)
    const proof = { siblings, other: other && { keyHash: other.key, valueHash: other.value } }
    if (!verifyHeadsProof(stated.root, stream, claim, proof)) {
      offences.add('HEADS_PATH_INVALID', `the path of ${stream} does not lead to the root of the heads record`)
    }
  }
}

/** The head that `ledger-heads` had before its last record, as that record itself links to it. */
function previousHeads(last: LogRecord, genesis: Uint8Array, offences: Offences): StreamHead | null {
  if (last.revision > 0) return { revision: last.revision - 1, leaf: fromHex(last.prev, 32)! }
  if (last.prev !== streamStart(genesis, STREAM)) {
    offences.add('HEADS_RECORD_INVALID', 'the first heads record does not link to the start of its stream')
  }
  return null
}

function sameHead(a: StreamHead | null, b: StreamHead | null): boolean {
  if (a === null || b === null) return a === b
  return a.revision === b.revision && hex(a.leaf) === hex(b.leaf)
}
