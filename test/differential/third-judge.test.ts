/**
 * A third verifier, plain Python written from spec/ alone, gives the same verdict, code and word on the run as the one in
 * TypeScript, for golden vectors and for mutants. See the README beside this file.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VerifyUsageError } from '../../verifier/ts/src/index.js'
import { type Case, caseOf, goldenVectors, verified } from '../go/vectors.js'
import { requireService } from '../services/index.js'
import { foreignPython } from '../services/layout.mjs'
import { JudgeProcess } from './judge-process.js'
import { inputOf } from './session.js'

const seed = Number(process.env['CLYRA_DIFFERENTIAL_SEED'] ?? Date.now() % 1_000_000)
const inputs = Number(process.env['CLYRA_THIRD_INPUTS'] ?? 150)
/** Asked at once, so that neither waits for the other. */
const AT_ONCE = 32
/** Of the vectors every sixth, by the seed, where not all are asked. */
const SHARE = process.env['CLYRA_THIRD_INPUTS'] === undefined ? 6 : 1

describe.runIf(requireService('foreign-python'))(`a third verifier (CLYRA_DIFFERENTIAL_SEED=${seed})`, () => {
  let third: JudgeProcess
  beforeAll(() => {
    const script = fileURLToPath(new URL('python/judge.py', import.meta.url))
    third = new JudgeProcess('the verifier in Python', [foreignPython, '-E', '-s', '-B', script])
  })
  afterAll(() => third?.close())

  /** What the two say of a case, where they differ. */
  async function difference(name: string, { evidence, options }: Case) {
    const [theirs, ours] = await Promise.all([third.ask(options, evidence), word({ evidence, options })])
    return JSON.stringify(theirs) === JSON.stringify(ours) ? [] : [{ name, ours, theirs }]
  }

  it('says of golden vectors what the one in TypeScript says', async () => {
    const chosen = goldenVectors().filter((_, i) => i % SHARE === seed % SHARE)
    const differences = []
    for (const vector of chosen) differences.push(...(await difference(vector.name, caseOf(vector))))
    expect(differences).toEqual([])
    expect(chosen.length).toBeGreaterThan(100)
  })

  it(`says of ${inputs} mutants and logs what the one in TypeScript says`, async () => {
    const differences: unknown[] = []
    const one = async (number: number) => {
      const { how, ...input } = inputOf(seed, number)
      differences.push(...(await difference(`${number}: ${how}`, input)))
    }
    for (let first = 0; first < inputs && differences.length < 10; first += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, inputs - first) }, (_, i) => one(first + i)))
    expect(differences).toEqual([])
  }, 7_200_000)
})

/** Verdict, code and run, or that the options cannot be read, in the form and order in which the judge in Python answers. */
async function word(asked: Case) {
  try {
    const { verdict, code, run } = await verified(asked)
    return { verdict, code, run }
  } catch (error) {
    if (error instanceof VerifyUsageError) return { refused: true }
    throw error
  }
}
