import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  copyExampleProject,
  dbtEnvironment,
  type RunningPostgres,
  requireService,
  startPostgres,
} from '../services/index.js'
import { dbtProgram } from '../services/layout.mjs'
import { clyra, clyraJson, discard, ended, environment, filesUnder, sandbox, startClyra, until } from './clyra.js'

const present = requireService('postgres') && requireService('dbt')

describe.runIf(present)('a real dbt against a real Postgres', () => {
  let server: RunningPostgres
  let folder: string
  beforeAll(async () => {
    server = await startPostgres({ major: 15 })
  })
  afterAll(() => server.stop())
  beforeEach(() => {
    folder = sandbox()
    copyExampleProject(join(folder, 'project'))
    expect(clyra(folder, ['init']).status).toBe(0)
  })
  afterEach(() => discard(folder))

  const env = () => {
    const { HOME: _home, ...rest } = dbtEnvironment(server)
    return { ...rest, CLYRA_DBT: dbtProgram, CLYRA_LOCK_WAIT: '10' }
  }
  const records = (run: string) =>
    clyra(folder, ['log', 'tail', '-n', '100000', '--stream', `run-${run}`, '--json'])
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: { type: string; data: Record<string, unknown> } })
  const newest = () =>
    (clyraJson(folder, ['runs']) as { runs: { run: string; completeness: string; reasons: string[] }[] }).runs[0]

  it('is recorded with its anchors, relations and metadata, and its bundle is VALID', () => {
    const done = clyra(folder, ['run', 'dbt', 'build', '--profiles-dir', '.'], { env: env() })
    if (done.status !== 0) throw new Error(done.stdout + done.stderr)
    expect(done.stdout).toContain('Completed successfully')
    expect(newest()).toMatchObject({ outcome: 'succeeded', completeness: 'complete', reasons: [] })
    const types = records(newest()?.run ?? '').map(({ event }) => event.type.replace('dev.clyra.', ''))
    for (const type of [
      'run.started.v1',
      'anchor.provisional.v1',
      'anchor.confirmed.v1',
      'snapshot.captured.v1',
      'snapshot.relation.v1',
      'dbt.statement.executed.v1',
      'artifact.captured.v1',
      'artifact.source.v1',
      'run.exited.v1',
      'run.closed.v1',
    ]) {
      expect(types, type).toContain(type)
    }
    expect(clyra(folder, ['bundle', '--last', '-o', 'b.zip']).status).toBe(0)
    expect(clyraJson(folder, ['verify', 'b.zip', '--own', '--require-complete-run'])).toMatchObject({
      verdict: 'VALID',
    })
    expect(clyra(folder, ['replay', '--bundle', 'b.zip']).stdout).toContain('EQUAL')
    expect(readFileSync(join(folder, 'project', 'logs', 'dbt.log'), 'utf8')).toContain('Running with dbt')
    expect(filesUnder(join(folder, 'project', '.clyra', 'spool'))).toEqual([])
  })

  it('keeps dbt’s exit code for a failing test, and takes less than two seconds longer', () => {
    const args = ['build', '--profiles-dir', '.', '--vars', '{as_of: 2026-03-03}']
    const run = () => {
      const start = performance.now()
      const { status } = spawnSync(dbtProgram, args, { cwd: join(folder, 'project'), env: environment(folder, env()) })
      return { status, took: performance.now() - start }
    }
    const wrap = () => {
      const start = performance.now()
      const { status } = clyra(folder, ['run', 'dbt', ...args], { env: env() })
      return { status, took: performance.now() - start }
    }
    run()
    // Two of each, in turn, and the quicker one: the machine has other work too.
    const all = [run(), wrap(), run(), wrap()]
    expect(all.map(({ status }) => status)).toEqual([1, 1, 1, 1])
    expect(newest()).toMatchObject({ outcome: 'failed', completeness: 'complete' })
    const quickest = (which: number) => Math.min(...all.filter((_one, i) => i % 2 === which).map(({ took }) => took))
    console.log(`dbt alone ${Math.round(quickest(0))} ms, wrapped ${Math.round(quickest(1))} ms`)
    expect(quickest(1) - quickest(0)).toBeLessThan(2000)
  })

  it.each([
    ['SIGINT', 2],
    ['SIGTERM', 143],
  ] as const)('can be stopped by %s to the wrapper, and says what is missing', async (signal, status) => {
    const child = startClyra(folder, ['run', 'dbt', 'build', '--profiles-dir', '.', '--vars', '{pause: 20}'], {
      env: env(),
    })
    const done = ended(child)
    const log = () => filesUnder(join(folder, 'project', '.clyra', 'spool')).find((path) => path.endsWith('dbt.log'))
    await until(() => {
      const path = log()
      return path !== undefined && existsSync(path) && readFileSync(path, 'utf8').includes('"name": "NodeFinished"')
    }, 'the first node ends')
    child.kill(signal)
    const end = await done
    expect({ status: end.status, stderr: end.stderr }).toMatchObject({ status })
    expect(newest()?.completeness).toBe('partial')
    expect(clyra(folder, ['bundle', '--last', '-o', 'b.zip']).status).toBe(0)
    expect(clyraJson(folder, ['verify', 'b.zip', '--own'])).toMatchObject({
      verdict: 'VALID',
      run: { completeness: 'partial' },
    })
    expect(clyra(folder, ['verify', 'b.zip', '--own', '--require-complete-run']).status).toBe(1)
  })
})
