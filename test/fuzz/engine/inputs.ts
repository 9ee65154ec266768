import * as fc from 'fast-check'
import { mutateBytes } from './mutate-bytes.js'
import { mix, Random } from './random.js'
import type { Target } from './target.js'

/** How many structured inputs are made at a time. */
const BATCH = 128

/** The inputs of a target: number i is the same whenever it is asked for, so that (seed, target, i) names a finding. */
export class Inputs {
  readonly #target: Target
  readonly #seed: number
  #batch = -1
  #structured: readonly Uint8Array[] = []

  constructor(target: Target, seed: number) {
    this.#target = target
    this.#seed = seed
  }

  /** First the seeds as they are; then, in turn, seeds mutated, structures, structures mutated. */
  at(i: number): Uint8Array {
    const { seeds, words, name } = this.#target
    const asItIs = seeds[i]
    if (asItIs !== undefined) return asItIs
    const turn = i % 3
    if (turn === 1) return this.#structure(Math.floor(i / 3))
    const random = new Random(this.#seed, name, i)
    const from = turn === 0 ? random.pick(seeds) : this.#structure(Math.floor(i / 3))
    return mutateBytes(from, random.pick(seeds), words, random)
  }

  #structure(k: number): Uint8Array {
    const batch = Math.floor(k / BATCH)
    if (batch !== this.#batch) {
      const seed = mix(this.#seed, this.#target.name, 'batch', batch) | 0
      this.#structured = fc.sample(this.#target.structured, { numRuns: BATCH, seed })
      this.#batch = batch
    }
    // A batch has BATCH inputs.
    return this.#structured[k % BATCH]!
  }
}
