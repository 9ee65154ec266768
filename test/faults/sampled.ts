import { fullBounds } from './report.js'

const seed = Number(process.env['CLYRA_SEED'] ?? Date.now() % 1_000_000)
let told = false

/** The seed, which is printed once. */
export function sampleSeed(): number {
  if (!told) process.stderr.write(`a part of the cases, by seed ${seed}\n`)
  told = true
  return seed
}

/**
 * One in `of` of the cases, by a seed that is printed once and can be given as CLYRA_SEED; all of them where every case
 * is asked for. `turn` shifts which: groups that take their own turns miss nothing together.
 */
export function sampled<T>(cases: readonly T[], of: number, turn = 0): readonly T[] {
  if (fullBounds) return cases
  const from = turn + sampleSeed()
  return cases.filter((_, i) => (i + from) % of === 0)
}
