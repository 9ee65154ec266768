import { equalBytes, hex } from '../../../src/bytes.js'
import {
  bitAt,
  EMPTY_HEADS,
  headKeyHash,
  headsInnerHash,
  headsLeafHash,
  headValueHash,
} from '../../../src/heads-map.js'
import type { JsonObject } from '../../../src/json.js'
import { evidenceKey } from '../../bundle-maker.js'
import { type MadeRecord, TestLedger } from '../../ledger-maker.js'
import { DRAFTS, RUN } from '../../sample-ledger.js'
import { against, bad, type Vector } from '../vector.js'

/** Log, section 7: paths that lead to the root that is signed, because the map itself was made wrong for them. */
export function headsMapReadings(): Vector[] {
  const absent = headKeyHash('ledger-redactions')
  const refused = (name: string, shows: string, change: (map: readonly Placed[]) => Placed[]) =>
    bad('forged', name, 'HEADS_PATH_INVALID', shows, stating(change))
  return [
    against(
      'heads-map.ts',
      'if (siblings[0] !== undefined && equalBytes(siblings[0], EMPTY_HEADS)) return false',
      '',
      refused(
        'heads-padded-root',
        'A leaf one level too low beside an empty place: the path leads to the root that is signed, and is padded.',
        (map) => map.map((leaf) => (leaf.stream === `run-${RUN}` ? { ...leaf, padded: true } : leaf)),
      ),
    ),
    against(
      'heads-map.ts',
      ' || !sharesPrefix(other.keyHash, keyHash, siblings.length)',
      '',
      refused(
        'heads-leaf-out-of-place',
        'Absence by a leaf that stands in the place of the stream, and whose key hash belongs elsewhere.',
        (map) => {
          const far = map.find(({ key }) => bitAt(key, 0) !== bitAt(absent, 0))! // the map has leaves on both sides
          return [...map, { ...far, stream: '', place: absent }]
        },
      ),
    ),
  ]
}

/** A leaf of a map that may stand where its key hash would not put it, or lower than it should. */
interface Placed {
  readonly stream: string
  /** The key hash by whose bits it is placed. */
  readonly place: Uint8Array
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** One level lower, beside an empty place. */
  readonly padded: boolean
}

/** The ledger of other vectors whose last heads record states the root of a changed map, and the paths to that. */
function stating(change: (map: readonly Placed[]) => Placed[]) {
  const ledger = new TestLedger()
  ledger.introduce(evidenceKey)
  ledger.appendHeads()
  for (const draft of DRAFTS()) ledger.append(draft)
  const last = new Map<string, MadeRecord>(ledger.records.map((record) => [record.stream, record]))
  const honest = [...last].map(([stream, head]) => {
    const key = headKeyHash(stream)
    return { stream, place: key, key, value: headValueHash(head), padded: false }
  })
  const map = change(honest)
  const root = hex(hashOf(map, 0))
  ledger.appendHeads({ data: { size: String(ledger.records.length), root } })
  const paths = ['ledger-heads', 'ledger-keys', 'ledger-redactions', `run-${RUN}`].map((stream) =>
    pathOf(stream, map, last.get(stream)),
  )
  return { ledger, lies: { heads: (it: JsonObject): JsonObject => ({ ...it, root, paths }) } }
}

/** The hash of the subtree of these leaves at that depth. */
function hashOf(leaves: readonly Placed[], depth: number): Uint8Array {
  const [first, ...others] = leaves
  if (first === undefined) return EMPTY_HEADS
  const half = (bit: number) => hashOf(side(leaves, depth, bit), depth + 1)
  if (others.length > 0) return headsInnerHash(half(0), half(1))
  const leaf = headsLeafHash(first.key, first.value)
  if (!first.padded) return leaf
  return bitAt(first.place, depth) === 1 ? headsInnerHash(EMPTY_HEADS, leaf) : headsInnerHash(leaf, EMPTY_HEADS)
}

const side = (leaves: readonly Placed[], depth: number, bit: number): Placed[] =>
  leaves.filter(({ place }) => bitAt(place, depth) === bit)

/** The path of `stream` as `heads.json` has it. */
function pathOf(stream: string, map: readonly Placed[], head: MadeRecord | undefined): JsonObject {
  const key = headKeyHash(stream)
  const siblings: string[] = []
  let leaves = map
  for (let depth = 0; leaves.length > 1; depth++) {
    const bit = bitAt(key, depth)
    siblings.unshift(hex(hashOf(side(leaves, depth, 1 - bit), depth + 1)))
    leaves = side(leaves, depth, bit)
  }
  const [found] = leaves
  if (found?.padded === true) siblings.unshift(hex(EMPTY_HEADS))
  const other = found === undefined || equalBytes(found.key, key) ? null : found
  return {
    stream,
    head: head === undefined ? null : { revision: String(head.revision), leaf: hex(head.leaf) },
    siblings,
    other: other && { key: hex(other.key), value: hex(other.value) },
  }
}
