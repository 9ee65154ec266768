import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VerifyUsageError } from '@clyra/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, JudgeProcess } from '../differential/judge-process.js'
import { startGoJudge } from '../differential/session.js'
import { Random } from '../fuzz/engine/random.js'
import { requireService } from '../services/index.js'
import { caseByChance } from './cases-by-chance.js'
import { type Case, comparable, verified } from './vectors.js'

const seed = Number(process.env['CLYRA_FUZZ_SEED'] ?? Date.now() % 1_000_000)
const seconds = Number(process.env['CLYRA_FUZZ_SECONDS'] ?? 8)

describe.runIf(requireService('go'))('two verifiers', () => {
  let folder = ''
  let go: JudgeProcess
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clyra-go-'))
    go = startGoJudge(folder)
  })
  afterAll(async () => {
    await go.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it(`say the same of evidence made by chance, member by member (CLYRA_FUZZ_SEED=${seed} CLYRA_FUZZ_SECONDS=${seconds})`, async () => {
    const until = performance.now() + seconds * 1000
    const codes = new Set<unknown>()
    const differences: unknown[] = []
    let count = 0
    for (; performance.now() < until; count++) {
      const made = caseByChance(new Random(seed, count))
      const [answer, expected] = await Promise.all([ask(go, made), answerOf(made)])
      const said = isResult(answer) ? comparable(answer) : { refused: 'refused' in answer }
      codes.add(expected['code'])
      if (JSON.stringify(said) !== JSON.stringify(expected)) differences.push({ count, said, expected })
    }
    process.stderr.write(`${count} made by chance, ${codes.size} codes\n`)
    expect(differences.slice(0, 3)).toEqual([])
    expect(count).toBeGreaterThan(0)
  })
})

function ask(go: JudgeProcess, { evidence, options }: Case): Promise<Answer> {
  if (evidence instanceof Uint8Array) return go.ask(options, evidence)
  const tiles = Object.fromEntries([...evidence].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]))
  return go.ask({ ...options, tiles }, new Uint8Array())
}

/** What the verifier in TypeScript says; of options that it cannot read, that it refuses them. */
async function answerOf(made: Case): Promise<Record<string, unknown>> {
  try {
    return comparable(await verified(made))
  } catch (error) {
    if (error instanceof VerifyUsageError) return { refused: true }
    throw error
  }
}

type Result = Awaited<ReturnType<typeof verified>>

const isResult = (answer: unknown): answer is Result =>
  typeof answer === 'object' && answer !== null && 'verdict' in answer
