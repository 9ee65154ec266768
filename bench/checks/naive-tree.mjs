import { createHash } from 'node:crypto'

/** RFC 6962 / RFC 9162 section 2.1, written down once more from the text and with nothing but `createHash`. */

export const naiveLeaf = (bytes) => createHash('sha256').update(ZERO).update(bytes).digest()
const naiveNode = (left, right) => createHash('sha256').update(ONE).update(left).update(right).digest()
const ZERO = Buffer.from([0])
const ONE = Buffer.from([1])

/** The root over all leaves, level by level: an odd one out rises as it is. */
export function naiveRoot(leaves) {
  if (leaves.length === 0) return createHash('sha256').digest()
  let level = leaves
  while (level.length > 1) {
    const above = new Array(Math.ceil(level.length / 2))
    for (let i = 0; i < above.length; i++)
      above[i] = 2 * i + 1 < level.length ? naiveNode(level[2 * i], level[2 * i + 1]) : level[2 * i]
    level = above
  }
  return Buffer.from(level[0])
}

/** The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); undefined where its length is wrong. */
export function rootOfInclusion(leaf, position, size, hashes) {
  let at = position
  let last = size - 1
  let root = leaf
  for (const hash of hashes) {
    if (last === 0) return undefined
    if (at % 2 === 1 || at === last) {
      root = naiveNode(hash, root)
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2)
        last = Math.floor(last / 2)
      }
    } else root = naiveNode(root, hash)
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? Buffer.from(root) : undefined
}

/** Whether a consistency proof leads from one root to the other (RFC 9162, 2.1.4.2); 0 < oldSize < newSize. */
export function consistent(oldSize, oldRoot, newSize, newRoot, hashes) {
  const path = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...hashes] : [...hashes]
  let at = oldSize - 1
  let last = newSize - 1
  while (at % 2 === 1) {
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  let [before] = path
  let [after] = path
  if (before === undefined) return false
  for (const hash of path.slice(1)) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      before = naiveNode(hash, before)
      after = naiveNode(hash, after)
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2)
        last = Math.floor(last / 2)
      }
    } else after = naiveNode(after, hash)
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && Buffer.from(oldRoot).equals(before) && Buffer.from(newRoot).equals(after)
}
