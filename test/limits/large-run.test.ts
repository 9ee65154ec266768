/**
 * A run of many records goes through every command in bounded memory. `npm test` takes one that is beyond what a call
 * has room for as arguments; `npm run limits:large` the largest that a bundle can hold.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discard, environment, PROGRAM, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { INVOCATION, writeLargeRun } from './write-large-run.js'

const RECORDS = Number(process.env['CLYRA_LIMITS_RECORDS'] ?? 70_000)
/** A model has a claim, an end in the log, a source file and its statements with their COMMIT. */
const STATEMENTS = 17
const MODELS = Math.ceil(RECORDS / (STATEMENTS + 4))
const MOST_MIB = 1_430 // 1.5 GB
const PRELOAD = fileURLToPath(new URL('./report-memory.mjs', import.meta.url))

describe(`a run of ${RECORDS} records`, () => {
  let folder: string
  const measured: string[] = []

  /** Runs a command and gives its output; it may have 1.5 GB. */
  function bounded(...args: string[]): string {
    const memory = join(folder, 'memory')
    const begun = performance.now()
    const ended = spawnSync(process.execPath, ['--import', PRELOAD, PROGRAM, ...args], {
      cwd: join(folder, 'project'),
      env: environment(folder, { CLYRA_MEMORY_FILE: memory }),
      encoding: 'utf8',
      maxBuffer: 256 << 20,
    })
    expect({ args, status: ended.status, said: ended.status === 0 ? '' : ended.stderr }).toEqual({
      args,
      status: 0,
      said: '',
    })
    const mebibytes = Math.round(Number(readFileSync(memory, 'utf8')) / 1024)
    measured.push(`${args[0]}: ${mebibytes} MiB, ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    expect(mebibytes).toBeLessThan(MOST_MIB)
    return ended.stdout
  }

  beforeAll(async () => {
    folder = sandbox()
    expect((await clyraHere(folder, ['init'])).status).toBe(0)
    writeLargeRun(join(folder, 'project'), { models: MODELS, statements: STATEMENTS })
  })
  afterAll(async () => {
    process.stderr.write(`${measured.join('\n')}\n`)
    await discard(folder)
  })

  it('is ingested, bundled, verified and replayed, and nothing of it is lost', () => {
    const { run, appended } = JSON.parse(bounded('ingest', 'dbt', 'target', '--json'))
    expect(run).toBe(INVOCATION)
    expect(appended).toBeGreaterThan(RECORDS)
    bounded('bundle', '--last', '-o', 'large.def.zip')
    const verified = JSON.parse(bounded('verify', 'large.def.zip', '--own', '--json'))
    expect(verified).toMatchObject({ verdict: 'VALID', run: { id: INVOCATION, completeness: 'complete' } })
    expect(bounded('replay', '--bundle', 'large.def.zip')).toMatch(/^EQUAL/)
    bounded('fsck')
    expect(statSync(join(folder, 'project', 'large.def.zip')).size).toBeLessThan(RECORDS * 1_300)
  }, 900_000)
})
