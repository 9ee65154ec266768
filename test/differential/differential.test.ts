/** The two verifiers held against each other. See the README beside this file. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goSources } from '../../scripts/build-go.mjs'
import { CODES } from '../../verifier/ts/src/index.js'
import { type FaultRow, fullBounds, reportFaults } from '../faults/report.js'
import { requireService } from '../services/index.js'
import type { JudgeProcess } from './judge-process.js'
import { KINDS, type Kind } from './kinds.js'
import { compareVerifiers, firstInputs, keep, type Session, startGoJudge, startJudges } from './session.js'

const seed = Number(process.env['CLYRA_DIFFERENTIAL_SEED'] ?? Date.now() % 1_000_000)
const inputs = Number(process.env['CLYRA_DIFFERENTIAL_INPUTS'] ?? (fullBounds ? 1_000_000 : 10_000))
/** Which changed verifier is to be found: one a run, all of them where every case is asked for. */
const CHANGED = Object.entries(KINDS).filter((_, i, all) => fullBounds || i === seed % all.length)
/** Of all mutants, at least so much ends in each stage: else its checks were hardly looked at. */
const SHARE = 0.03
/** Neither may take more for bundles of some 20 kB, KiB. */
const MOST_KIB = 400 * 1024

describe.runIf(requireService('go'))(`${inputs} mutants of bundles (CLYRA_DIFFERENTIAL_SEED=${seed})`, () => {
  let judges: readonly [JudgeProcess, JudgeProcess]
  let session: Session
  beforeAll(async () => {
    judges = await startJudges()
    session = await compareVerifiers(judges, seed, firstInputs(inputs))
    for (const { number } of session.findings) keep(seed, number)
    process.stderr.write(table(session))
  }, 7_200_000)
  afterAll(() => Promise.all((judges ?? []).map((judge) => judge.close())))

  it('get one result from both verifiers, and none is VALID that says something else', () => {
    reportFaults('differential', rowsOf(session))
    expect(session.findings).toEqual([])
    expect(session.inputs).toBe(inputs)
  })

  it('reach every stage of a verification', () => {
    const names = new Set(Object.values(CODES).map(({ stage }) => stage))
    const rare = [...names].filter((name) => (session.stages.get(name) ?? 0) < SHARE * session.inputs)
    expect(rare).toEqual([])
  })

  it.each(CHANGED)('find, of %s, a verifier that is changed', async (name, { mutation }) => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-differential-'))
    const changed = startGoJudge(folder, changedSources(folder, mutation))
    const numbers = firstInputs(3000, name === 'logs' ? name : undefined)
    const { findings } = await compareVerifiers([judges[0], changed], seed, numbers, 1)
    await changed.close()
    rmSync(folder, { recursive: true })
    expect(findings, mutation.title).not.toEqual([])
  })

  it('take no more memory than a bundle of that size may', () => {
    expect(Object.values(session.peaks).filter((kib) => !(kib < MOST_KIB))).toEqual([])
  })
})

/** What is said of them in `docs/reliability.md`. */
const rowsOf = ({ kinds, findings }: Session): FaultRow[] =>
  [...kinds].sort().map(([name, cases]) => ({
    fault: KINDS[name].fault,
    where: 'both verifiers, each in a process of its own',
    cases,
    survived: cases - findings.filter(({ kind }) => kind === name).length,
    rule: 'one result from both, member by member; neither ends, hangs or takes 400 MiB; nothing is VALID that says something else than what was signed',
    mutation: `a verifier in Go that ${KINDS[name].mutation.title}`,
  }))

/** The verifier in Go with a change. */
function changedSources(folder: string, { file, ours, theirs }: Kind['mutation']): string {
  const sources = join(folder, 'go')
  cpSync(goSources, sources, { recursive: true })
  const text = readFileSync(join(sources, file), 'utf8')
  expect(text.split(ours), `${ours} in ${file}`).toHaveLength(2)
  writeFileSync(join(sources, file), text.replace(ours, theirs))
  return sources
}

function table({ inputs, seconds, stages, codes, peaks }: Session): string {
  const share = ([name, count]: [string, number]) =>
    `  ${name.padEnd(28)} ${String(count).padStart(8)}  ${((100 * count) / inputs).toFixed(1)} %`
  const sorted = (map: ReadonlyMap<string, number>) => [...map].sort((a, b) => b[1] - a[1]).map(share)
  const memory = Object.entries(peaks).map(([name, kib]) => `${name} ${Math.round(kib / 1024)} MiB`)
  return `${inputs} mutants in ${seconds.toFixed(0)} s; ${memory.join(', ')}\n${[...sorted(stages), ...sorted(codes)].join('\n')}\n`
}
