/** The two verifiers held against each other. See the README beside this file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CODES } from '../../verifier/ts/src/index.js'
import { requireService } from '../services/index.js'
import type { JudgeProcess } from './judge-process.js'
import { compareVerifiers, type Session, startJudges } from './session.js'

const seed = Number(process.env['CLYRA_DIFFERENTIAL_SEED'] ?? Date.now() % 1_000_000)
const inputs = Number(process.env['CLYRA_DIFFERENTIAL_INPUTS'] ?? 10_000)
/** Of all mutants, at least so much ends in each stage: else its checks were hardly looked at. */
const SHARE = 0.03
/** Neither may take more for bundles of some 20 kB, KiB. */
const MOST_KIB = 400 * 1024

describe.runIf(requireService('go'))(`${inputs} mutants of bundles (CLYRA_DIFFERENTIAL_SEED=${seed})`, () => {
  let judges: readonly [JudgeProcess, JudgeProcess]
  let session: Session
  beforeAll(async () => {
    judges = await startJudges()
    session = await compareVerifiers(judges, seed, inputs)
    process.stderr.write(table(session))
  }, 7_200_000)
  afterAll(() => Promise.all((judges ?? []).map((judge) => judge.close())))

  it('get one verdict and one code from both verifiers, and none is VALID that says something else', () => {
    expect(session.findings).toEqual([])
    expect(session.inputs).toBe(inputs)
  })

  it('reach every stage of a verification', () => {
    const names = new Set(Object.values(CODES).map(({ stage }) => stage))
    const rare = [...names].filter((name) => (session.stages.get(name) ?? 0) < SHARE * session.inputs)
    expect(rare).toEqual([])
  })

  it('take no more memory than a bundle of that size may', () => {
    expect(Object.values(session.peaks).filter((kib) => !(kib < MOST_KIB))).toEqual([])
  })
})

function table({ inputs, seconds, stages, codes, peaks }: Session): string {
  const share = ([name, count]: [string, number]) =>
    `  ${name.padEnd(28)} ${String(count).padStart(8)}  ${((100 * count) / inputs).toFixed(1)} %`
  const sorted = (map: ReadonlyMap<string, number>) => [...map].sort((a, b) => b[1] - a[1]).map(share)
  const memory = Object.entries(peaks).map(([name, kib]) => `${name} ${Math.round(kib / 1024)} MiB`)
  return `${inputs} mutants in ${seconds.toFixed(0)} s; ${memory.join(', ')}\n${[...sorted(stages), ...sorted(codes)].join('\n')}\n`
}
