import { describe, expect, it } from 'vitest'
import { COMMANDS_WITHOUT_WAREHOUSE } from '../../../src/events/codes/index.js'
import { LogBuilder, manifestOf, type Result, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { closeDbtRun } from '../reconcile/close-run.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import { commandExpectation, commandOf, commandOfProcess } from './commands.js'
import { nodeExpectation } from './nodes.js'

const MODEL = 'model.shop.orders'
const TEST = 'test.shop.unique_orders'

/** A log of dbt 1.11 for a command; `announced` nodes have the line that dbt writes for what it builds or tests. */
function logOf(
  command: string | null,
  nodes: readonly (readonly [node: string, status: string, data?: object])[],
  announced = false,
) {
  const log = new LogBuilder().line('MainReportVersion', { version: '=1.11.16' })
  const words = command === null ? 'airflow tasks run build' : `dbt ${command}`
  log.line('MainReportArgs', { args: { invocation_command: words } })
  for (const [node, status, data] of nodes) {
    log.nodeStart(node, {}, data)
    if (announced) log.line('LogStartLine', { node_info: { unique_id: node } })
    log.nodeEnd(node, status, { num_failures: 0 }, {}, data)
  }
  return log.line('CommandCompleted', { command: `dbt ${command ?? 'build'}`, elapsed: 1, success: true }).bytes
}

function resultsOf(which: string, rows: readonly Result[], invocationCommand = `dbt ${which}`) {
  return runResultsOf(rows, { which, invocationCommand })
}

function record(log: Uint8Array, runResults: Uint8Array | undefined) {
  const run = readDbtRun({ log, runResults, manifest: manifestOf() })
  const events = [...run.events, ...closeDbtRun(run.runId, run.events)]
  return {
    relations: run.relations,
    nodes: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.node.executed.v1') ? [event.data] : [])),
    tests: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.test.result.v1') ? [event.data] : [])),
    trouble: events.flatMap((event) => (/run\.gap|finding\.raised/.test(event.type) ? [event.data] : [])),
  }
}

describe('what dbt says of a node, read with the command that it ran', () => {
  it.each(['compile', 'docs generate', 'show'])(
    'takes no node of `dbt %s` for built and no test for passed',
    (command) => {
      const log = logOf(command, [
        [MODEL, 'success'],
        [TEST, 'success'],
      ])
      const which = command === 'docs generate' ? 'generate' : command
      const run = record(
        log,
        resultsOf(which, [
          { unique_id: MODEL, status: 'success', adapter_response: { code: 'SELECT', rows_affected: 3 } },
          { unique_id: TEST, status: 'success', failures: 0 },
        ]),
      )
      expect(run.relations).toEqual([])
      expect(run.trouble).toEqual([])
      expect(run.nodes).toHaveLength(2)
      for (const node of run.nodes) {
        expect(node).toMatchObject({ status: 'compiled', relation: null, rowsAffected: null, adapterCode: null })
      }
      expect(run.tests).toHaveLength(2)
      for (const test of run.tests) expect(test).toMatchObject({ status: 'compiled', failures: null })
    },
  )

  it('keeps an error of a command that only compiles', () => {
    const run = record(
      logOf('compile', [[MODEL, 'error']]),
      resultsOf('compile', [{ unique_id: MODEL, status: 'error' }]),
    )
    expect(run.nodes.map((node) => node.status)).toEqual(['error', 'error'])
    expect(run.relations).toEqual([])
  })

  it('expects no result of an ephemeral model, which dbt only logs', () => {
    const ephemeral = 'model.shop.inlined'
    const log = logOf('build', [
      [ephemeral, 'success', { materialized: 'ephemeral' }],
      [MODEL, 'success'],
    ])
    const run = record(log, resultsOf('build', [{ unique_id: MODEL, status: 'success' }]))
    expect(run.trouble).toEqual([])
    expect(run.nodes.find((node) => node.node === ephemeral)).toMatchObject({
      status: 'compiled',
      materialized: 'ephemeral',
      relation: null,
    })
  })

  it('expects no claim of an on-run hook: dbt before 1.9 logs its hooks and leaves them out of run_results', () => {
    const hook = 'operation.shop.shop-on-run-end-0'
    const log = logOf(
      'run',
      [
        [MODEL, 'success'],
        [hook, 'success'],
      ],
      true,
    )
    const claimed = record(log, resultsOf('run', [{ unique_id: MODEL, status: 'success' }]))
    expect(claimed.trouble).toEqual([])
  })

  it('expects no word of the log about the macro of run-operation', () => {
    const run = record(
      logOf('run-operation', []),
      resultsOf('run-operation', [{ unique_id: 'macro.shop.op', status: 'success' }]),
    )
    expect(run.trouble).toEqual([])
  })

  it('still finds a model that is built and told by one voice only', () => {
    const run = record(logOf('build', [[MODEL, 'success']]), resultsOf('build', []))
    expect(run.trouble).toMatchObject([{ reason: 'nodes-without-result' }, { code: 'node-logged-not-claimed' }])
  })

  it('reads a retry by what it repeats: the claim says it, the log announces what it builds', () => {
    const rows = [{ unique_id: MODEL, status: 'success' }]
    const built = record(logOf('retry', [[MODEL, 'success']], true), resultsOf('run', rows, 'dbt retry'))
    expect(built.nodes).toMatchObject([
      { relation: ['shop', 'public', 'orders'] },
      { relation: ['shop', 'public', 'orders'] },
    ])
    const compiled = record(logOf('retry', [[MODEL, 'success']]), resultsOf('compile', rows, 'dbt retry'))
    expect(compiled.nodes).toMatchObject([{ relation: null }, { status: 'compiled', relation: null }])
    expect([...built.trouble, ...compiled.trouble]).toEqual([])
  })

  it('takes no command from the words of a program that calls dbt', () => {
    const run = record(
      logOf(null, [[MODEL, 'success']]),
      resultsOf('compile', [{ unique_id: MODEL, status: 'success' }], 'airflow tasks run build'),
    )
    expect(run.trouble).toEqual([])
    expect(run.relations).toEqual([])
    expect(commandOfProcess('/opt/venv/bin/dbt --debug build')).toBe('build')
    expect(commandOfProcess('python nightly.py build')).toBe(null)
  })

  it('ends a microbatch model with its model, not with its first batch', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).nodeStart(MODEL).nodeEnd(MODEL, 'success')
    const { nodes, trouble } = record(log.bytes, undefined)
    expect(nodes.map((node) => node.status)).toEqual(['success', 'unknown'])
    expect(trouble).toContainEqual(expect.objectContaining({ reason: 'nodes-without-result', count: 2 }))
  })
})

describe('the table of expectations', () => {
  it.each(COMMANDS_WITHOUT_WAREHOUSE)(
    'knows that `dbt %s`, after which no warehouse need be asked, does nothing to a node',
    (command) => {
      expect(commandExpectation(command).action).toBe('none')
    },
  )

  it('names for every command of dbt what it does and leaves', () => {
    expect(commandExpectation('build')).toEqual({
      action: 'build',
      manifest: 'always',
      runResults: 'always',
      sources: 'never',
    })
    expect(commandExpectation('source freshness')).toMatchObject({
      action: 'freshness',
      runResults: 'never',
      sources: 'always',
    })
    expect(commandExpectation('no-such-command')).toMatchObject({
      action: 'unknown',
      manifest: 'always',
      runResults: 'always',
    })
    expect(commandOf('dbt docs serve --port 1')).toBe('docs serve')
  })

  it('blames nobody for a kind of node or a command that it does not know', () => {
    const kind = { resourceType: 'constructor', materialized: null }
    expect(nodeExpectation({ engine: 'dbt-core', command: 'build', announced: null }, kind)).toMatchObject({
      claim: 'maybe',
      log: 'maybe',
    })
    expect(
      nodeExpectation({ engine: 'dbt-core', command: null, announced: null }, { ...kind, resourceType: 'model' }),
    ).toMatchObject({
      does: 'might-build',
      claim: 'maybe',
      log: 'maybe',
    })
  })
})
