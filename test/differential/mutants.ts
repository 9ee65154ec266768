import { PINNED } from '../../verifier/ts/test/vectors/vector.js'
import { Random } from '../fuzz/engine/random.js'
import { baseByChance } from './base-by-chance.js'
import { HONEST } from './bases.js'
import { DEMANDS } from './demands.js'
import type { KindName } from './kinds.js'
import { DOCUMENTS } from './lies-in-documents.js'
import { RECORDS } from './lies-in-records.js'
import type { Mutant, Way } from './mutant.js'
import { SPOILED } from './spoiled.js'

const often = (kind: KindName, ways: readonly Way[]) =>
  ways.flatMap((way) => Array.from({ length: way.weight }, () => ({ kind, way })))

/** Each way as often as it is to come. One half spoils what was signed, the other half lies and signs it. */
const WHEEL = [
  ...often('spoiled', SPOILED),
  ...often('documents', DOCUMENTS),
  ...often('records', RECORDS),
  ...often('demands', [DEMANDS]),
]

/** Of so many bundles one is about a run by chance, with keys that come and go. */
const BY_CHANCE = 5

/** Mutant number `i` of a seed: the same bytes each time. A lie that the maker of bundles cannot tell is drawn anew. */
export function mutantOf(seed: number, i: number): Mutant {
  for (let attempt = 0; ; attempt++) {
    const random = new Random('differential', seed, i, attempt)
    const { kind, way } = random.pick(WHEEL)
    try {
      const honest = random.below(BY_CHANCE) === 0 ? baseByChance(random) : random.pick(HONEST)
      const made = way.make(honest, random)
      const { archive, options = PINNED(honest.ledger) } = made instanceof Uint8Array ? { archive: made } : made
      return { archive, options, kind, how: `${way.how}, of a bundle ${honest.name}`, honest, signed: way.signed }
    } catch (error) {
      if (attempt === 100) throw error
    }
  }
}
