import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AnchorPhase,
  type PostgresOutcome,
  readAnchor,
  readRelations,
  readSchemas,
} from '../../connectors/postgres/index.js'
import type { ClaimedRelation } from '../../src/ports/index.js'
import {
  copyExampleProject,
  type DbtOptions,
  exampleProject,
  type RunningPostgres,
  removeFolder,
  type ServerLogEntry,
  startDbt,
  startPostgres,
} from '../../test/services/index.js'
import { dbtHome, lookUp, rustHome } from '../../test/services/layout.mjs'

/** Where the recordings pretend to have been made: no path of the machine that made them stays in a file. */
const NEUTRAL = '/srv/clyra'

interface Run {
  readonly name: string
  readonly asOf: string
  /** What dbt must end with: a recording that shows something else is not written. */
  readonly exits: number | NodeJS.Signals
  readonly engine?: 'python' | 'rust'
  /** Stop dbt with this signal while the hook of daily_revenue sleeps. */
  readonly stopWith?: NodeJS.Signals
}

const PYTHON_RUNS: readonly Run[] = [
  { name: 'good', asOf: '2026-03-02', exits: 0 },
  { name: 'failing', asOf: '2026-03-03', exits: 1 },
  { name: 'killed', asOf: '2026-03-02', exits: 'SIGKILL', stopWith: 'SIGKILL' },
]

/**
 * Makes `recorded/<name>/` anew from real runs against a PostgreSQL 15 of its own: a first build (not kept), then the
 * runs of one after the other in the same database and target folder, as days follow each other. The Rust engine, where
 * it is asked for, gets a database of its own.
 */
async function record(options: { rust: boolean }): Promise<void> {
  for (const name of ['postgres', 'dbt'] as const) {
    const { present, detail } = lookUp(name)
    if (!present) throw new Error(`${name} is absent: ${detail}`)
  }
  await recordSeries(PYTHON_RUNS)
  if (!options.rust) return
  const rust = lookUp('dbt-rust')
  if (!rust.present) throw new Error(`dbt-rust is absent: ${rust.detail}`)
  await recordSeries([{ name: 'rust-good', asOf: '2026-03-02', exits: 0, engine: 'rust' }])
}

async function recordSeries(runs: readonly Run[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'clyra-record-'))
  const project = join(home, 'shop')
  copyExampleProject(project)
  const server = await startPostgres({ major: 15, logStatements: true })
  try {
    const engine = runs[0]?.engine ?? 'python'
    await recordRun({ name: 'first', asOf: '2026-03-01', exits: 0, engine }, { home, project, server, keep: false })
    for (const run of runs) await recordRun(run, { home, project, server, keep: true })
  } finally {
    await server.stop()
    await removeFolder(home)
  }
}

interface Place {
  readonly home: string
  readonly project: string
  readonly server: RunningPostgres
  readonly keep: boolean
}

async function recordRun(run: Run, place: Place): Promise<void> {
  const logPath = join(place.project, 'logs', run.name)
  const seen = (await place.server.settledLog()).length
  const before = await readWarehouse(place.server, 'before')
  const pause = run.stopWith === undefined ? 0 : 4
  const options: DbtOptions = {
    projectDirectory: place.project,
    server: place.server,
    engine: run.engine ?? 'python',
    // The seeds are whole from the first build on; `build` loads them again every day.
    arguments: ['build', '--vars', JSON.stringify({ as_of: run.asOf, pause })],
    targetPath: join(place.project, 'target'),
    logPath,
    environment: { DBT_USE_COLORS: 'false' },
  }
  const dbt = startDbt(options)
  if (run.stopWith !== undefined) {
    await until(() => newStatements(place.server, seen).some((text) => text.includes('pg_sleep(4)')))
    dbt.child.kill(run.stopWith)
  }
  const result = await dbt.ended
  // A killed dbt leaves its statement running; the server notices when it ends.
  await until(async () => openSessions((await place.server.settledLog()).slice(seen)) === 0)
  const after = await readWarehouse(place.server, 'after')
  process.stderr.write(`${run.name}: exit code ${result.exitCode}, signal ${result.signal}\n`)
  if ((result.signal ?? result.exitCode) !== run.exits)
    throw new Error(`${run.name} did not end as it should: ${result.stdout.slice(-2000)}${result.stderr}`)
  if (!place.keep) return

  const to = join(exampleProject, 'recorded', run.name)
  rmSync(to, { recursive: true, force: true })
  mkdirSync(join(to, 'logs'), { recursive: true })
  mkdirSync(join(to, 'target'), { recursive: true })
  const keep = (from: string, name: string) => {
    if (existsSync(from)) writeFileSync(join(to, name), neutral(readFileSync(from, 'utf8'), place))
  }
  for (const file of ['dbt.log', 'query_log.sql', 'otel.jsonl']) keep(join(logPath, file), `logs/${file}`)
  for (const file of ['manifest.json', 'run_results.json']) keep(join(place.project, 'target', file), `target/${file}`)
  // With JSON logs the Rust engine prints its log file once more: not kept twice.
  if (run.engine !== 'rust') writeFileSync(join(to, 'stdout.txt'), neutral(result.stdout, place))
  const manifest = readFileSync(join(to, 'target', 'manifest.json'), 'utf8')
  const relations = valueIn(await readRelations(place.server.url, claimedRelations(manifest)))
  writeFileSync(join(to, 'anchors.json'), `${JSON.stringify({ before, after, relations }, null, 2)}\n`)
  const entries = (await place.server.settledLog()).slice(seen).filter(isOfSession).map(trim)
  writeFileSync(join(to, 'server_log.jsonl'), `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`)
  const exit = { exitCode: result.exitCode, signal: result.signal, asOf: run.asOf, major: place.server.major }
  writeFileSync(join(to, 'exit.json'), `${JSON.stringify(exit)}\n`)
}

/** What Clyra reads around a run: where the server stands, and its schemas. */
async function readWarehouse(server: RunningPostgres, phase: AnchorPhase) {
  const anchor = await readAnchor(server.url, { phase, now: () => new Date() })
  return { anchor, schemas: valueIn(await readSchemas(server.url, { phase, schemas: ['shop', 'shop_history'] })) }
}

function valueIn<T>(outcome: PostgresOutcome<T>): T {
  if (!outcome.ok) throw new Error(`the server could not be read: ${outcome.failure.detail}`)
  return outcome.value
}

interface ManifestNode {
  readonly unique_id: string
  readonly resource_type: string
  readonly database: string
  readonly schema: string
  readonly alias: string
}

/** What dbt says it builds. Sorted, so that two recordings list the same in the same order. */
function claimedRelations(manifest: string): ClaimedRelation[] {
  // A manifest that dbt itself wrote a moment ago; its schema names these members of every node.
  const { nodes } = JSON.parse(manifest) as { nodes: Record<string, ManifestNode> }
  return Object.values(nodes)
    .filter(({ resource_type }) => ['model', 'seed', 'snapshot'].includes(resource_type))
    .sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
    .map(({ unique_id, database, schema, alias }) => ({ node: unique_id, relation: [database, schema, alias] }))
}

/** Replaces every path of this machine. Longest first: the target path lies in the project. */
function neutral(text: string, place: Place): string {
  const replaced = [
    [place.project, `${NEUTRAL}/shop`],
    [place.home, NEUTRAL],
    [dbtHome, `${NEUTRAL}/dbt`],
    [rustHome, `${NEUTRAL}/dbt-rust`],
    [exampleProject, `${NEUTRAL}/shop`],
    [process.env['HOME'] ?? '/root', `${NEUTRAL}/home`],
    [hostname(), 'clyra-host'],
  ].reduce((result, [from, by]) => (from === '' || from === '/' ? result : result.replaceAll(from!, by!)), text)
  const left = replaced.match(/\/(root|home|tmp|work)\/[^\s"']*/)
  if (left !== null) throw new Error(`a path of this machine is left in the recording: ${left[0]}`)
  return replaced
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await done()) return
    await sleep(50)
  }
  throw new Error('waited 30 seconds in vain')
}

const newStatements = (server: RunningPostgres, seen: number) =>
  server
    .serverLog()
    .slice(seen)
    .map((entry) => entry.message)
    .filter((message) => message.startsWith('statement: ') || message.startsWith('execute '))

const openSessions = (entries: readonly ServerLogEntry[]) =>
  entries.filter((entry) => entry.message.startsWith('connection authorized')).length -
  entries.filter((entry) => entry.message.startsWith('disconnection')).length

const isOfSession = (entry: ServerLogEntry) =>
  entry.backend_type === 'client backend' && !entry.message.startsWith('connection received')

/** Keeps the members that tests look at. */
const trim = (entry: ServerLogEntry) => ({
  timestamp: entry.timestamp,
  pid: entry.pid,
  session_id: entry.session_id,
  line_num: entry.line_num,
  user: entry.user,
  dbname: entry.dbname,
  application_name: entry.application_name,
  ps: entry.ps,
  vxid: entry.vxid,
  txid: entry.txid,
  error_severity: entry.error_severity,
  state_code: entry.state_code,
  message: entry.message,
  statement: entry.statement,
  backend_type: entry.backend_type,
})

// While the module is loaded: the loader that runs TypeScript here ends with the loading, and the connector imports late.
await record({ rust: process.argv.includes('--rust') })
