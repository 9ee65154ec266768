import { describe, expect, it } from 'vitest'
import { verifierThatReads } from './other-reading.js'
import { vectors } from './vectors/index.js'
import { optionsOf } from './vectors/options-of.js'
import type { OtherReading, Vector } from './vectors/vector.js'

/** Vectors that fail the same other reading share one build of it. */
const byReading = new Map<string, { reading: OtherReading; vectors: Vector[] }>()
for (const vector of vectors()) {
  const reading = vector.otherReading
  if (reading === undefined) continue
  const key = [reading.file, reading.ours, reading.theirs].join('\n')
  const known = byReading.get(key) ?? { reading, vectors: [] }
  known.vectors.push(vector)
  byReading.set(key, known)
}

describe('a verifier that reads the text in another way', () => {
  it.each([...byReading.values()].map((one) => [one.reading.file, one.reading.theirs, one] as const))(
    'is told apart: %s with %s',
    async (_file, _theirs, { reading, vectors: telling }) => {
      const other = await verifierThatReads(reading)
      for (const { evidence, options, name, verdict, code, run } of telling) {
        const result =
          evidence instanceof Uint8Array
            ? await other.verifyBundle(evidence, optionsOf(options))
            : await other.verifyTiles((path) => evidence.get(path), {
                ...optionsOf(options),
                list: () => evidence.keys(),
              })
        const answer = { verdict: result.verdict, code: result.code, run: run && result.run }
        expect({ name, ...answer }).not.toEqual({ name, verdict, code, run })
      }
    },
  )
})
