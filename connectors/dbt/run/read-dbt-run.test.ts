import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DraftEvent, prepare, Sealable, seal } from '../../../src/events/index.js'
import {
  INVOCATION,
  json,
  LogBuilder,
  manifestOf,
  OTHER_INVOCATION,
  RUN,
  runResultsOf,
} from '../../../test/dbt/dbt-files.js'
import { linesOf } from '../files/lines.js'
import { closeDbtRun } from '../reconcile/close-run.js'
import { readDbtRun } from './read-dbt-run.js'
import { createDbtRunReader } from './run-reader.js'
import { files, KEY, kinds, MODEL, RESULTS, wholeLog } from './sample-run.test.support.js'

describe('a finished run', () => {
  it('is the log, then the claims, then the artefacts', () => {
    const run = readDbtRun(files())
    expect(run).toMatchObject({ runId: INVOCATION, invocation: INVOCATION, logSource: 'log', warnings: [] })
    expect(kinds(run.events)).toEqual([
      'dbt.invocation.started log',
      'dbt.statement.executed log',
      'dbt.statement.executed log',
      'dbt.node.executed log',
      'dbt.test.result log',
      'dbt.invocation.completed log',
      'dbt.invocation.started claim',
      'dbt.node.executed claim',
      'dbt.test.result claim',
      'dbt.invocation.completed claim',
      'artifact.captured',
      'artifact.captured',
    ])
    expect(run.artifacts.map(({ name }) => name)).toEqual(['manifest.json', 'run_results.json'])
    expect(run.relations).toEqual([
      { node: MODEL, relation: ['shop', 'public', 'orders'], materialized: 'table', status: 'success' },
    ])
    expect(kinds(closeDbtRun(run.runId, run.events))).toEqual(['run.closed'])
  })

  it('tells in the claim what the manifest knows', () => {
    const claims = readDbtRun(files()).events.filter((event) => (event.data as { voice?: string }).voice === 'claim')
    expect(claims[0]!.data).toMatchObject({
      project: 'shop',
      adapter: 'postgres',
      command: 'build',
      engine: 'dbt-core',
    })
    expect(claims[1]!.data).toMatchObject({
      relation: ['shop', 'public', 'orders'],
      materialized: 'table',
      rowsAffected: '3',
    })
    expect(claims[2]!.data).toMatchObject({ tested: [MODEL], severity: 'error', failures: '0' })
    expect(claims[3]!.data).toMatchObject({
      success: null,
      elapsedSeconds: '0.00000500679',
      results: [
        ['pass', '1'],
        ['success', '1'],
      ],
    })
  })

  it('gives byte for byte what the incremental reader gives', () => {
    const whole = readDbtRun(files())
    const reader = createDbtRunReader({ run: INVOCATION, fingerprintKey: KEY })
    const events: DraftEvent[] = []
    for (const { text, complete } of linesOf(files().log!)) events.push(...reader.push(text, complete))
    events.push(...reader.finish(files()).events)
    expect(events).toEqual(whole.events)
    expect(readDbtRun(files()).events).toEqual(whole.events)
  })

  it('is admitted by the schemas of its families, with every text sealed', () => {
    const run = readDbtRun(files())
    const key = new Uint8Array(32).fill(3)
    const all = [...run.events, ...closeDbtRun(run.runId, run.events)].map((draft) => seal(key, draft))
    expect(() => prepare(all.map(({ event }) => event))).not.toThrow()
    expect(JSON.stringify(all.map(({ event }) => event))).not.toContain('CANARY')
    expect(JSON.stringify(all.map(({ openings }) => openings))).toContain('CANARY')
  })
})

describe('the run id', () => {
  it("is the wrapper's where the log or an artefact of the invocation carries it", () => {
    expect(readDbtRun(files({ log: wholeLog({ runId: RUN }).bytes })).runId).toBe(RUN)
    const env = { CLYRA_RUN_ID: RUN }
    expect(readDbtRun(files({ runResults: runResultsOf(RESULTS, { env }) })).runId).toBe(RUN)
    expect(readDbtRun(files({ runResults: undefined, manifest: manifestOf({ env }) })).runId).toBe(RUN)
    expect(readDbtRun(files({ run: RUN })).runId).toBe(RUN)
  })

  it('is never taken from a stale artefact or from a value that is no UUIDv7', () => {
    const env = { CLYRA_RUN_ID: RUN }
    expect(readDbtRun(files({ runResults: runResultsOf(RESULTS, { env, invocation: OTHER_INVOCATION }) })).runId).toBe(
      INVOCATION,
    )
    expect(readDbtRun(files({ runResults: runResultsOf(RESULTS, { env: { CLYRA_RUN_ID: '../x' } }) })).runId).toBe(
      INVOCATION,
    )
  })

  it.each(['..', '-h', '--yes', '~', '.hidden'])(
    'is never %s: it would be an option, a path or a home',
    (invocation) => {
      const named = { runResults: runResultsOf(RESULTS, { invocation }), manifest: undefined, log: undefined }
      expect(() => readDbtRun(files(named))).toThrowError(expect.objectContaining({ code: 'DBT_ARTIFACT_INVALID' }))
    },
  )

  it('is missing where nothing names the run', () => {
    expect(() => readDbtRun({})).toThrow(expect.objectContaining({ code: 'DBT_ARTIFACT_MISSING' }))
  })
})

describe('whose the artefacts are', () => {
  it('takes nothing from artefacts of another invocation, and says so', () => {
    const stale = { invocation: OTHER_INVOCATION }
    const run = readDbtRun(files({ manifest: manifestOf(stale), runResults: runResultsOf(RESULTS, stale) }))
    expect(kinds(run.events).filter((kind) => /claim|captured/.test(kind))).toEqual([])
    expect(kinds(run.events).slice(-2)).toEqual([
      'run.gap artifact-manifest-stale',
      'run.gap artifact-run-results-stale',
    ])
    expect(run.warnings).toHaveLength(2)
    expect(JSON.stringify(run.events)).not.toContain(OTHER_INVOCATION)
    expect(run.artifacts).toEqual([])
  })

  it('reads the last invocation of a log that holds several, and then an earlier run_results is stale', () => {
    const log = new LogBuilder()
    log.lines.push(...wholeLog().lines, ...wholeLog({ invocation: OTHER_INVOCATION }).lines)
    const run = readDbtRun(files({ log: log.bytes }))
    expect(run.invocation).toBe(OTHER_INVOCATION)
    expect(kinds(run.events)).toContain('run.gap artifact-run-results-stale')
    const first = readDbtRun(files({ log: log.bytes, invocation: INVOCATION }))
    const [leftOut, ...rest] = first.events.filter(({ type }) => type === 'dev.clyra.run.left-out.v1')
    expect(leftOut!.data).toMatchObject({ source: 'log', name: 'dbt.log', reason: 'another-run' })
    expect(rest).toEqual([])
    expect(first.events.filter((event) => event !== leftOut)).toEqual(readDbtRun(files()).events)
    expect(first.warnings).toHaveLength(2)
  })

  it('stores nothing under an invocation that no log line and no artefact names', () => {
    for (const given of [files(), files({ log: undefined }), files({ log: undefined, run: RUN })]) {
      expect(() => readDbtRun({ ...given, invocation: OTHER_INVOCATION })).toThrow(
        expect.objectContaining({
          code: 'DBT_RUN_MISMATCH',
          details: { asked: OTHER_INVOCATION, known: expect.arrayContaining([INVOCATION]) },
        }),
      )
    }
    expect(() => readDbtRun({ invocation: OTHER_INVOCATION })).toThrow(/they name none/)
    const stale = manifestOf({ invocation: OTHER_INVOCATION })
    const manifestOnly = readDbtRun(files({ log: undefined, manifest: stale, invocation: OTHER_INVOCATION }))
    expect(kinds(manifestOnly.events)).toContain('run.gap artifact-run-results-stale')
    expect(JSON.stringify(manifestOnly.events)).not.toContain(INVOCATION)
  })

  it('goes by run_results where there is no log', () => {
    const run = readDbtRun(files({ log: undefined }))
    expect(kinds(run.events)).toContain('dbt.node.executed claim')
    expect(kinds(run.events).filter((kind) => kind.startsWith('run.gap'))).toEqual(['run.gap log-missing'])
    expect(run.startedAt).toBe('2026-03-01T10:00:09.499995Z')
    const mixed = readDbtRun(files({ log: undefined, manifest: manifestOf({ invocation: OTHER_INVOCATION }) }))
    expect(kinds(mixed.events)).toContain('run.gap artifact-manifest-stale')
  })

  it('says nothing as the log where the log is not in JSON, only that it could not be read', () => {
    const run = readDbtRun(
      files({ log: new TextEncoder().encode('13:50:25 [info ]: Running with dbt=1.11.16\nDone.\n') }),
    )
    expect(kinds(run.events).filter((kind) => kind.endsWith(' log'))).toEqual([])
    expect(kinds(run.events).filter((kind) => kind.startsWith('run.'))).toEqual([
      'run.left-out unrecognised',
      'run.gap log-missing',
    ])
  })

  it("goes by the wrapper's run id where a wrapped run left no log", () => {
    const env = { CLYRA_RUN_ID: RUN }
    const options = { log: undefined, run: RUN, manifest: undefined }
    expect(readDbtRun(files({ ...options, runResults: runResultsOf(RESULTS, { env }) })).invocation).toBe(INVOCATION)
    const before = readDbtRun(files({ ...options, runResults: runResultsOf(RESULTS) }))
    expect(before.invocation).toBeNull()
    expect(kinds(before.events)).toContain('run.gap artifact-run-results-stale')
  })

  it('counts the nodes that were selected or begun and have no result', () => {
    const partial = readDbtRun(files({ runResults: runResultsOf([RESULTS[0]!]) }))
    expect(partial.events.at(-1)!.data).toEqual({ run: INVOCATION, reason: 'nodes-without-result', count: 1 })
    const killed = readDbtRun(files({ log: new LogBuilder().start().nodeStart(MODEL).bytes, runResults: undefined }))
    expect(killed.events.at(-1)!.data).toEqual({ run: INVOCATION, reason: 'nodes-without-result', count: 2 })
  })

  it('expects no run_results of a command that writes none', () => {
    const log = new LogBuilder()
      .line('MainReportVersion', { version: '=1.11.16' })
      .line('MainReportArgs', { args: { invocation_command: 'dbt --log-level run parse' } })
      .line('CommandCompleted', { command: 'dbt parse', success: true })
    expect(
      kinds(readDbtRun({ log: log.bytes, manifest: manifestOf() }).events).filter((kind) => kind.startsWith('run.gap')),
    ).toEqual([])
  })

  it('keeps a catalog of the same invocation and leaves another alone', () => {
    const extra = (invocation: string) => ({
      name: 'catalog.json',
      bytes: json({ metadata: { invocation_id: invocation } }),
    })
    expect(readDbtRun(files({ extras: [extra(INVOCATION)] })).artifacts.map(({ name }) => name)).toContain(
      'catalog.json',
    )
    expect(readDbtRun(files({ extras: [extra(OTHER_INVOCATION)] })).artifacts).toHaveLength(2)
  })
})

describe('privacy', () => {
  it('lets no text of statements, messages or command lines out of the sealed values', () => {
    const marked = fc
      .tuple(fc.constantFrom("'", '"', ';', '$$', ' ', '\\', '/*'), fc.string({ maxLength: 20 }))
      .map(([a, b]) => `${a}CANARY${b}`)
    fc.assert(
      fc.property(marked, marked, marked, (sql, message, vars) => {
        const log = new LogBuilder().line('MainReportArgs', {
          args: { invocation_command: `dbt build --vars ${vars}` },
        })
        log
          .start()
          .nodeStart(MODEL)
          .query(sql, MODEL)
          .line('AdapterEventDebug', { base_msg: `Postgres error: ${message}` })
        log
          .line('CatchableExceptionOnRun', { exc: message })
          .statement(`select ${sql}`, 'SELECT 1', MODEL)
          .status(message, MODEL)
        log.nodeEnd(MODEL, 'error', { message, adapter_response: { code: message, _message: message } }).end(false)
        const runResults = runResultsOf([
          { unique_id: MODEL, status: 'error', message, compiled_code: sql, adapter_response: { code: sql } },
        ])
        const run = readDbtRun({ log: log.bytes, runResults, manifest: manifestOf(), fingerprintKey: KEY })
        const clear = JSON.stringify(
          [run.events, run.warnings, run.relations, closeDbtRun(run.runId, run.events)],
          (_, value) => (value instanceof Sealable ? '(sealed)' : value),
        )
        expect(clear).not.toContain('CANARY')
      }),
      { numRuns: 60 },
    )
  })
})
