import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ENTRY_BYTES, ID_BYTES, mergeRuns, positionIn, runOf } from './id-run.js'

/** Few different bytes, so that ids share beginnings. */
const id = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES, max: 3 }).map((bytes) => Buffer.from(bytes))
const distinctIds = fc.uniqueArray(id, { selector: (bytes) => bytes.toString('hex'), maxLength: 60 })

test('a run, and what runs are merged into, knows the position of every id and of no other, in ascending order', () => {
  fc.assert(
    fc.property(
      distinctIds,
      fc.array(fc.nat(60)),
      fc.nat(2 ** 27),
      id,
      fc.boolean(),
      (ids, cuts, from, other, inOrder) => {
        if (inOrder) ids.sort(Buffer.compare)
        const ends = [...new Set([...cuts.filter((cut) => cut < ids.length), 0, ids.length])].sort((a, b) => a - b)
        const runs = ends
          .slice(1)
          .map((end, i) => runOf(Buffer.concat(ids.slice(ends[i], end)), from * 2 ** 20 + ends[i]!))
        const merged = mergeRuns(runs)
        expect(merged.length).toBe(ids.length * ENTRY_BYTES)
        for (const [n, bytes] of ids.entries()) expect(positionIn(merged, bytes)).toBe(from * 2 ** 20 + n)
        if (!ids.some((bytes) => bytes.equals(other))) expect(positionIn(merged, other)).toBe(undefined)
        const found = Array.from({ length: ids.length }, (_, n) =>
          Buffer.from(merged.subarray(n * ENTRY_BYTES, n * ENTRY_BYTES + ID_BYTES)),
        )
        expect(found).toEqual([...ids].sort(Buffer.compare))
      },
    ),
  )
})
