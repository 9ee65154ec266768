import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

interface LargeRun {
  readonly models: number
  /** Statements of each model between its begin and its end, beside COMMIT. */
  readonly statements: number
  /** Characters of each statement's text beside dbt's comment. */
  readonly sqlLength?: number
}

export const INVOCATION = '5f9c2f0e-6a52-4d8e-9d57-0a9c3c1d7b11'
const THREADS = 8
const BEGUN = Date.UTC(2026, 2, 2, 6)
const CHUNK = 4 << 20

/**
 * Writes what dbt 1.11 leaves of a build of many tables on Postgres: `logs/dbt.log` in JSON with each line that dbt
 * writes of a model, `target/manifest.json` and `target/run_results.json` with the members of real ones, in a folder
 * that is there. Nothing of it is ever in memory as a whole.
 */
export function writeLargeRun(project: string, run: LargeRun): void {
  mkdirSync(join(project, 'target'), { recursive: true })
  mkdirSync(join(project, 'logs'), { recursive: true })
  write(join(project, 'logs', 'dbt.log'), logLines(run))
  write(join(project, 'target', 'manifest.json'), manifest(run))
  write(join(project, 'target', 'run_results.json'), runResults(run))
}

function write(path: string, parts: Iterable<string>): void {
  const file = openSync(path, 'w')
  let waiting = ''
  for (const part of parts) {
    waiting += part
    if (waiting.length < CHUNK) continue
    writeSync(file, waiting)
    waiting = ''
  }
  writeSync(file, waiting)
  closeSync(file)
}

const time = (milliseconds: number) => `${new Date(BEGUN + milliseconds).toISOString().slice(0, -1)}000Z`
const nameOf = (n: number) => `fct_orders_of_region_${String(n).padStart(6, '0')}`
const idOf = (n: number) => `model.large_shop.${nameOf(n)}`
const relationOf = (n: number) => `"warehouse"."analytics"."${nameOf(n)}"`
const checksumOf = (n: number) => n.toString(16).padStart(64, '0')
const pathOf = (n: number) => `marts/region_${n % 400}/${nameOf(n)}.sql`

const metadata = (schema: string) => ({
  dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}.json`,
  dbt_version: '1.11.16',
  generated_at: time(3_600_000),
  invocation_id: INVOCATION,
  invocation_started_at: time(0),
  env: {},
})

function* logLines(run: LargeRun): Generator<string> {
  const begin = (name: string, data: object) => line({ name, at: 0, thread: 'MainThread', level: 'info' }, data)
  yield begin('MainReportVersion', { version: '=1.11.16', log_version: 3 })
  yield begin('MainReportArgs', {
    args: { invocation_command: 'dbt build --log-format-file json --log-level-file debug', which: 'build' },
  })
  yield begin('AdapterRegistered', { adapter_name: 'postgres', adapter_version: '=1.10.0' })
  yield begin('ConcurrencyLine', { num_threads: THREADS, target_name: 'prod', node_count: run.models })
  for (let n = 0; n < run.models; n += 1) yield* modelLines(run, n)
  const results = { results: [], success: true, elapsed_time: 3600 }
  yield line({ name: 'EndRunResult', at: 3_600_000, thread: 'MainThread', level: 'info' }, results)
  yield line(
    { name: 'CommandCompleted', at: 3_600_000, thread: 'MainThread', level: 'debug' },
    { command: 'dbt build', completed_at: time(3_600_000), elapsed: 3600, success: true },
  )
}

interface Envelope {
  readonly name: string
  readonly at: number
  readonly thread: string
  readonly level: 'debug' | 'info'
  readonly msg?: string
}

const line = ({ name, at, thread, level, msg = name }: Envelope, data: object): string =>
  `${JSON.stringify({
    data,
    info: {
      category: '',
      code: 'E016',
      extra: {},
      invocation_id: INVOCATION,
      level,
      msg,
      name,
      pid: 5121,
      thread,
      ts: time(at),
    },
  })}\n`

function* modelLines(run: LargeRun, n: number): Generator<string> {
  const thread = `Thread-${1 + (n % THREADS)} (worker)`
  const connection = idOf(n)
  let at = Math.floor((n / run.models) * 3_500_000)
  const nodeInfo = (status: string) => ({
    materialized: 'table',
    meta: {},
    node_checksum: checksumOf(n),
    node_finished_at: status === 'success' ? time(at) : '',
    node_name: nameOf(n),
    node_path: pathOf(n),
    node_relation: {
      alias: nameOf(n),
      database: 'warehouse',
      relation_name: relationOf(n),
      schema: 'analytics',
    },
    node_started_at: time(at),
    node_status: status,
    resource_type: 'model',
    unique_id: idOf(n),
  })
  const say = (name: string, data: object, level: 'debug' | 'info' = 'debug', status = 'executing') =>
    line({ name, at: at++, thread, level, msg: `${name} of ${connection}` }, { node_info: nodeInfo(status), ...data })
  yield say('NodeStart', {}, 'debug', 'started')
  yield say('LogStartLine', { description: `sql table model analytics.${nameOf(n)}`, index: n, total: run.models })
  // A thread opens a connection for its first model and takes it over for the next.
  const before = n < THREADS ? null : idOf(n - THREADS)
  if (before === null) yield say('NewConnection', { conn_name: connection, conn_type: 'postgres' }, 'debug', 'started')
  else yield say('ConnectionReused', { conn_name: connection, orig_conn_name: before }, 'debug', 'started')
  yield say('NodeCompiling', {}, 'debug', 'compiling')
  yield say('WritingInjectedSQLForNode', {}, 'debug', 'compiling')
  yield say('NodeExecuting', {})
  for (let nth = 0; nth < run.statements; nth += 1) {
    const sql = statement(run, n, nth)
    yield say('ConnectionUsed', { conn_name: connection, conn_type: 'postgres' })
    yield line(
      { name: 'SQLQuery', at: at++, thread, level: 'debug', msg: `On ${connection}: ${sql}` },
      { conn_name: connection, node_info: nodeInfo('executing'), sql },
    )
    yield say('SQLQueryStatus', { elapsed: 0.0025, query_id: '', status: 'SELECT 1' })
  }
  yield say('SQLCommit', { conn_name: connection })
  yield say('ConnectionUsed', { conn_name: connection, conn_type: 'postgres' })
  yield say('SQLQuery', { conn_name: connection, sql: 'COMMIT' })
  yield say('SQLQueryStatus', { elapsed: 0.0005, query_id: '', status: 'COMMIT' })
  yield say('ConnectionClosed', { conn_name: connection })
  const description = `sql table model analytics.${nameOf(n)}`
  const result = { description, execution_time: 0.05, index: n, status: 'SELECT 1', total: run.models }
  yield say('LogModelResult', result, 'info', 'success')
  yield say('NodeFinished', { run_result: { ...outcome(at), num_failures: 0, thread } }, 'debug', 'success')
}

function statement({ sqlLength = 300 }: LargeRun, n: number, nth: number): string {
  const comment = `/* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "large_shop", "target_name": "prod", "node_id": "${idOf(n)}"} */`
  const text =
    nth === 0 ? `create table ${relationOf(n)} as (select ` : `select ${nth} as "statement of ${nameOf(n)}", `
  return `${comment}\n\n  ${text}${'o.cents, '.repeat(Math.ceil(sqlLength / 9)).slice(0, sqlLength)}1${nth === 0 ? ')' : ''}`
}

const outcome = (at: number) => ({
  adapter_response: { _message: 'SELECT 1', code: 'SELECT', rows_affected: 1 },
  execution_time: 0.05,
  message: 'SELECT 1',
  status: 'success',
  timing_info: [
    { completed_at: time(at), name: 'compile', started_at: time(at) },
    { completed_at: time(at), name: 'execute', started_at: time(at) },
  ],
})

function* list(open: string, count: number, entry: (n: number) => string): Generator<string> {
  yield open
  for (let n = 0; n < count; n += 1) yield `${n === 0 ? '' : ', '}${entry(n)}`
}

function* manifest({ models }: LargeRun): Generator<string> {
  const about = { ...metadata('manifest/v12'), project_name: 'large_shop', adapter_type: 'postgres' }
  yield* list(
    `{"metadata": ${JSON.stringify(about)}, "nodes": {`,
    models,
    (n) => `${JSON.stringify(idOf(n))}: ${JSON.stringify(manifestNode(n))}`,
  )
  yield '}, "sources": {}, "macros": {}, "docs": {}, "exposures": {}, "metrics": {}, "groups": {}, "selectors": {}, '
  yield* list(
    '"disabled": {}, "parent_map": {',
    models,
    (n) => `${JSON.stringify(idOf(n))}: ${JSON.stringify(n < 1 ? [] : [idOf(n >> 1)])}`,
  )
  yield* list('}, "child_map": {', models, (n) => `${JSON.stringify(idOf(n))}: []`)
  yield '}, "group_map": {}, "saved_queries": {}, "semantic_models": {}, "unit_tests": {}, "functions": {}}'
}

function manifestNode(n: number): object {
  const column = (name: string) => ({ name, description: `what the ${name} is`, meta: {}, data_type: null, tags: [] })
  return {
    database: 'warehouse',
    schema: 'analytics',
    name: nameOf(n),
    resource_type: 'model',
    package_name: 'large_shop',
    path: pathOf(n),
    original_file_path: `models/${pathOf(n)}`,
    unique_id: idOf(n),
    fqn: ['large_shop', 'marts', `region_${n % 400}`, nameOf(n)],
    alias: nameOf(n),
    checksum: { name: 'sha256', checksum: checksumOf(n) },
    config: { enabled: true, materialized: 'table', tags: [], meta: {}, 'post-hook': [], 'pre-hook': [], grants: {} },
    description: 'One row an order, with the region of its customer.',
    columns: Object.fromEntries(['order_id', 'region', 'cents', 'ordered_on'].map((name) => [name, column(name)])),
    patch_path: `large_shop://models/marts/region_${n % 400}/schema.yml`,
    relation_name: relationOf(n),
    raw_code: `select o.order_id, c.region, o.cents, o.ordered_on from {{ ref('${nameOf(n >> 1)}') }} o\n`.repeat(5),
    language: 'sql',
    refs: [{ name: nameOf(n >> 1), package: null, version: null }],
    depends_on: { macros: ['macro.dbt.is_incremental'], nodes: n < 1 ? [] : [idOf(n >> 1)] },
    compiled_path: `target/compiled/large_shop/models/${pathOf(n)}`,
    compiled: true,
    compiled_code: `select o.order_id, c.region, o.cents, o.ordered_on from ${relationOf(n >> 1)} o\n`.repeat(5),
    contract: { enforced: false, alias_types: true, checksum: null },
    access: 'protected',
  }
}

function* runResults({ models }: LargeRun): Generator<string> {
  yield* list(`{"metadata": ${JSON.stringify(metadata('run-results/v6'))}, "results": [`, models, (n) => {
    const at = Math.floor((n / models) * 3_500_000)
    const { timing_info: timing, ...said } = outcome(at)
    const compiled = `select o.order_id, c.region, o.cents, o.ordered_on from ${relationOf(n >> 1)} o\n`.repeat(5)
    const thread = { thread_id: `Thread-${1 + (n % THREADS)} (worker)` }
    const about = { unique_id: idOf(n), compiled: true, compiled_code: compiled, relation_name: relationOf(n) }
    return JSON.stringify({ ...said, ...thread, timing, failures: null, ...about })
  })
  const args = { invocation_command: 'dbt build', which: 'build', target: 'prod', threads: THREADS }
  yield `], "elapsed_time": 3600.0, "args": ${JSON.stringify(args)}}`
}
