import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from './engines.js'

/** What a command does with the nodes that it selects; it decides what a record of it may say. */
type Effect = 'builds' | 'tests' | 'both' | 'neither'

/** One row of the matrix: one run of dbt over the project, in this order, in one database and one target folder. */
export interface MatrixCommand {
  /** Its folder's name. */
  readonly name: string
  readonly args: readonly string[]
  readonly effect: Effect
  /** dbt's exit code; default 0. */
  readonly exits?: number
  /** Codes of findings that this run has to have, one for each; default none. */
  readonly findings?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Which engines have it; default all. */
  readonly needs?: (engine: Engine) => boolean
  /** Another schema of the same database (`--target` of profiles.yml). */
  readonly target?: 'other' | 'plain'
  /** The command whose results it takes up: without that one it is not run. */
  readonly after?: string
  /** To be done in the project before. */
  readonly before?: (project: string) => void
}

const isPython = (engine: Engine) => engine.version !== 'rust'
/** Engines on which everything is run; the others have the commands whose records differ from version to version. */
const isWhole = (engine: Engine) => engine.name === '1.11-postgres' || engine.version === 'rust'

/** Keeps the artefacts of the last run as the state to compare with (`--state state`). */
const keepState = (project: string) => {
  rmSync(join(project, 'state'), { recursive: true, force: true })
  cpSync(join(project, 'target'), join(project, 'state'), { recursive: true })
}

/** In the order in which they run. The first stand on an empty database: nothing that they name is there. */
export const COMMANDS: readonly MatrixCommand[] = [
  { name: 'ls-empty-database', args: ['ls'], effect: 'neither' },
  { name: 'parse-empty-database', args: ['parse'], effect: 'neither' },
  { name: 'compile-empty-database', args: ['compile'], effect: 'neither' },
  { name: 'docs-generate-empty-database', args: ['docs', 'generate'], effect: 'neither' },
  { name: 'show-inline', args: ['show', '--inline', 'select 1 as one'], effect: 'neither' },
  { name: 'debug', args: ['debug'], effect: 'neither', needs: (engine) => isWhole(engine) && isPython(engine) },
  { name: 'deps', args: ['deps'], effect: 'neither', needs: isWhole },
  { name: 'seed', args: ['seed'], effect: 'builds' },
  // Of all commands only `build` makes functions: what calls one waits for it.
  { name: 'run', args: ['run', '--exclude', 'calls_function'], effect: 'builds' },
  { name: 'snapshot', args: ['snapshot'], effect: 'builds' },
  { name: 'test', args: ['test'], effect: 'tests' },
  { name: 'build', args: ['build'], effect: 'both', needs: isWhole },
  { name: 'build-1-thread', args: ['build', '--threads', '1'], effect: 'both' },
  { name: 'build-8-threads', args: ['build', '--threads', '8'], effect: 'both' },
  { name: 'build-full-refresh', args: ['build', '--full-refresh'], effect: 'both' },
  { name: 'build-store-failures', args: ['build', '--store-failures'], effect: 'both', needs: isWhole },
  {
    name: 'build-selected',
    args: ['build', '--select', 'stg_orders+', '--exclude', 'test_type:unit'],
    effect: 'both',
    needs: isWhole,
  },
  { name: 'build-nothing-selected', args: ['build', '--select', 'tag:no_such_tag'], effect: 'both' },
  { name: 'build-quiet', args: ['--quiet', 'build', '--no-partial-parse'], effect: 'both', needs: isWhole },
  { name: 'run-empty', args: ['run', '--empty'], effect: 'builds' },
  { name: 'run-selected-ephemeral', args: ['run', '--select', 'paid_orders'], effect: 'builds', needs: isWhole },
  {
    name: 'run-microbatch-window',
    args: ['run', '--select', 'inc_microbatch', '--event-time-start', '2026-01-01', '--event-time-end', '2027-01-01'],
    effect: 'builds',
    needs: (engine) => isWhole(engine) && (engine.environment['MATRIX_STRATEGIES'] ?? '').includes('microbatch'),
  },
  {
    name: 'test-unit',
    args: ['test', '--select', 'test_type:unit'],
    effect: 'tests',
    needs: (engine) => isWhole(engine) && !engine.without.includes('unit-tests'),
  },
  { name: 'test-one-node', args: ['test', '--select', 'stg_orders'], effect: 'tests', needs: isWhole },
  { name: 'ls', args: ['ls', '--resource-type', 'model', '--output', 'json'], effect: 'neither', needs: isWhole },
  { name: 'parse', args: ['parse', '--no-partial-parse'], effect: 'neither', needs: isWhole },
  { name: 'compile', args: ['compile'], effect: 'neither', needs: isWhole },
  { name: 'show', args: ['show', '--select', 'customer_revenue'], effect: 'neither' },
  { name: 'docs-generate', args: ['docs', 'generate'], effect: 'neither', needs: isWhole },
  {
    name: 'docs-generate-no-compile',
    args: ['docs', 'generate', '--no-compile'],
    effect: 'neither',
    needs: (engine) => isWhole(engine) && isPython(engine),
  },
  { name: 'source-freshness', args: ['source', 'freshness'], effect: 'neither' },
  { name: 'run-operation', args: ['run-operation', 'count_orders'], effect: 'neither' },
  { name: 'run-operation-without-sql', args: ['run-operation', 'say_nothing'], effect: 'neither', needs: isWhole },
  {
    name: 'run-failing',
    args: ['run'],
    effect: 'builds',
    exits: 1,
    environment: { MATRIX_FAIL: 'yes' },
    needs: isWhole,
  },
  // The Rust engine tests what a retried model stands on.
  { name: 'retry', args: ['retry'], effect: 'both', needs: isWhole, after: 'run-failing' },
  { name: 'build-failing', args: ['build'], effect: 'both', exits: 1, environment: { MATRIX_FAIL: 'yes' } },
  { name: 'build-retry', args: ['retry'], effect: 'both', after: 'build-failing' },
  {
    name: 'clone',
    args: ['clone', '--state', 'state'],
    effect: 'builds',
    target: 'other',
    // The Rust engine has no macro that clones on these databases, and dbt-duckdb cannot clone a python model.
    needs: (engine) => isPython(engine) && engine.database === 'postgres',
    before: keepState,
  },
  {
    name: 'run-deferred',
    args: ['run', '--select', 'customer_revenue', '--defer', '--state', 'state'],
    effect: 'builds',
    target: 'other',
    needs: (engine) => isWhole(engine) && isPython(engine),
  },
  {
    name: 'build-without-quoting',
    args: ['build'],
    effect: 'both',
    environment: { MATRIX_QUOTING: 'False' },
    target: 'plain',
  },
  { name: 'clean', args: ['clean'], effect: 'neither', needs: (engine) => isWhole(engine) && isPython(engine) },
]
