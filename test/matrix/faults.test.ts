import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunView } from '../../projections/run/index.js'
import { ended } from '../cli/clyra.js'
import { type RunningPostgres, requireService } from '../services/index.js'
import { engineOf } from './engines.js'
import { newestRun } from './seen-run.js'
import { type DbtCommand, openWorkplace, type Workplace } from './workplace.js'

const present = requireService('postgres') && requireService('dbt')

/** All that a run can build without a finding: this model's hook is a fault of its own. */
const HEALTHY: DbtCommand = { args: ['build', '--exclude', 'hook_outside'] }

/** Each fault over the artefacts, the database and the ledger of a healthy build. */
describe.runIf(present)('a fault in a project that was healthy', () => {
  let place: Workplace
  let server: RunningPostgres

  beforeAll(async () => {
    place = await openWorkplace(engineOf('1.11-postgres'), { keepLog: false, preloaded: true })
    if (place.server === undefined) throw new Error('there is no server')
    server = place.server
    cpSync(fileURLToPath(new URL('faulty-models', import.meta.url)), join(place.project, 'models', 'faulty'), {
      recursive: true,
    })
    expect(place.run(HEALTHY).status).toBe(0)
    expect(told(await lastRun())).toEqual({ outcome: 'succeeded', completeness: 'complete', reasons: [], findings: [] })
  })
  afterAll(() => place?.close())

  it('a test fails: a failed run, and no finding', async () => {
    const { status } = place.run({ args: ['build', '--select', 'quick'], environment: { MATRIX_FAIL_TEST: 'yes' } })
    expect(status).toBe(1)
    const view = await lastRun()
    expect(told(view)).toEqual({ outcome: 'failed', completeness: 'complete', reasons: [], findings: [] })
    expect(view.tests.map(({ claim, log }) => [claim?.status, log?.status])).toEqual([['fail', 'fail']])
  })

  it('a model does not compile: a failed run, and no finding', async () => {
    const { status } = place.run({ args: ['build', '--select', 'breaks'], environment: { MATRIX_BREAK: 'yes' } })
    expect(status).toBe(1)
    expect(told(await lastRun())).toEqual({ outcome: 'failed', completeness: 'complete', reasons: [], findings: [] })
  })

  it('a model does not parse: nothing of the run before enters, and the record says what is missing', async () => {
    const path = join(place.project, 'models', 'broken.sql')
    writeFileSync(path, "select {{ ref('no such model' }}")
    const { status } = place.run({ args: ['build', '--no-partial-parse'] })
    rmSync(path)
    expect(status).toBe(2)
    expect(told(await lastRun())).toEqual({
      outcome: 'failed',
      completeness: 'partial',
      reasons: ['artifact-manifest-stale', 'artifact-run-results-stale'],
      findings: [],
    })
  })

  it.each([
    // After SIGINT dbt ends its statements and then itself, with a code.
    ['SIGINT', 2],
    ['SIGTERM', 143],
  ] as const)('%s while a model is built: interrupted, partial, and no finding', async (signal, code) => {
    const { status } = await duringSlow((child) => child.kill(signal))
    expect(status).toBe(code)
    const view = await lastRun()
    expect(view.outcome).toBe('interrupted')
    expect(view.completeness).toBe('partial')
    expect(accusations(view)).toEqual([])
  })

  it('the statement is cancelled: its model failed, the data did not change, and no finding', async () => {
    const { status } = await duringSlow(() => onSlow('pg_cancel_backend'))
    expect(status).toBe(1)
    expect(told(await lastRun())).toEqual({ outcome: 'failed', completeness: 'complete', reasons: [], findings: [] })
  })

  it('the session is ended: what became of its statement is unknown, and nothing worse is said', async () => {
    const { status } = await duringSlow(() => onSlow('pg_terminate_backend'))
    expect(status).toBe(1)
    const view = await lastRun()
    expect(view.outcome).toBe('failed')
    expect(accusations(view)).toEqual([])
  })

  it('a relation is dropped while dbt still runs: contradicted, high', async () => {
    const { status } = await duringSlow(() => server.query('drop table shop.quick'))
    expect(status).toBe(0)
    // dbt says it built it, and it stood there before the run: both are contradicted.
    expect(told(await lastRun()).findings).toEqual([
      ['relation-absent', 'high', 'model.matrix.quick'],
      ['relation-dropped', 'high', 'model.matrix.quick'],
    ])
  })

  it('a hook before the transaction leaves the model to auto-commit: dbt says COMMIT, the record that it was none', async () => {
    expect(place.run({ args: ['build', '--select', 'hook_outside'] }).status).toBe(0)
    expect(told(await lastRun()).findings).toEqual([
      ['commit-outside-transaction', expect.any(String), 'model.matrix.hook_outside'],
    ])
  })

  it('an error after the commit: dbt says error, the data changed, high', async () => {
    const { status } = place.run({
      args: ['build', '--select', 'fails_after_commit'],
      environment: { MATRIX_AFTER_COMMIT: 'yes' },
    })
    expect(status).toBe(1)
    expect(told(await lastRun()).findings).toEqual([
      ['node-error-but-data-changed', 'high', 'model.matrix.fails_after_commit'],
    ])
  })

  it('seeds made anew drop the views over them: each is a finding', async () => {
    expect(place.run({ args: ['seed', '--full-refresh'] }).status).toBe(0)
    const view = await lastRun()
    expect(new Set(view.findings.map(({ code }) => code))).toEqual(new Set(['relation-dropped']))
    expect(view.findings.length).toBeGreaterThan(1)
    expect(place.run(HEALTHY).status).toBe(0)
    expect(told(await lastRun()).findings).toEqual([])
  })

  it('the server crashes: what was open is unknown, the warehouse was not heard, and nobody is accused', async () => {
    const { status } = await duringSlow(() => server.crash())
    await server.restart()
    expect([1, 2]).toContain(status)
    const view = await lastRun()
    expect(view.outcome).toBe('failed')
    expect(accusations(view)).toEqual([])
    expect(view.anchors.at(-1)).toMatchObject({ kind: 'unavailable', phase: 'after' })
    expect(place.run(HEALTHY).status).toBe(0)
    expect(told(await lastRun()).findings).toEqual([])
  })

  const lastRun = async (): Promise<RunView> => {
    const seen = await newestRun(place.ledger)
    if (seen === undefined) throw new Error('there is no run')
    return seen.view
  }

  const told = ({ outcome, completeness, reasons, findings }: RunView) => ({
    outcome,
    completeness,
    reasons,
    findings: findings.map(({ code, severity, node }) => [code, severity, node]),
  })

  /** Findings that say more than "this is not known". */
  const accusations = (view: RunView) => told(view).findings.filter(([code]) => code !== 'statement-outcome-unknown')

  /** Builds `quick`, `slow` and what follows; `act` comes while `slow` sleeps on the server. */
  async function duringSlow(act: (child: ReturnType<Workplace['start']>) => unknown) {
    const command: DbtCommand = { args: ['build', '--select', 'quick+'], environment: { MATRIX_PAUSE: '4' } }
    // The statement of a dbt that was ended goes on at the server until it is done.
    for (let i = 0; i < 200 && (await isSleeping()); i++) await sleep(50)
    const child = place.start(command)
    const done = ended(child)
    for (let i = 0; !(await isSleeping()); i++) {
      if (i > 600 || child.exitCode !== null) throw new Error(`dbt never came to its pause: ${(await done).stderr}`)
      await sleep(50)
    }
    await act(child)
    return done
  }

  const isSleeping = async () =>
    (await server.query("select 1 from pg_stat_activity where wait_event = 'PgSleep'")).length > 0

  const onSlow = (what: 'pg_cancel_backend' | 'pg_terminate_backend') =>
    server.query(`select ${what}(pid) from pg_stat_activity where wait_event = 'PgSleep'`)
})
