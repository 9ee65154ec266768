import { type Action, actionFor, type Expected } from './commands.js'

/**
 * What a command does to a node.
 *
 * | | |
 * |---|---|
 * | `builds` | a relation stands there afterwards |
 * | `clones` | the same, as whatever kind the warehouse can clone into |
 * | `might-build` | a materialization of the project's own: it may leave a relation |
 * | `makes` | something that is no relation: a function |
 * | `tests` | data or a model is tested |
 * | `checks` | a source's freshness is looked up |
 * | `runs` | statements of the user's own: a hook, an operation |
 * | `compiles` | nothing in the warehouse: compiled, shown, or inlined into others |
 * | `nothing` | dbt lists it and does nothing |
 * | `unknown` | the command does not tell |
 */
export type Does =
  | 'builds'
  | 'clones'
  | 'might-build'
  | 'makes'
  | 'tests'
  | 'checks'
  | 'runs'
  | 'compiles'
  | 'nothing'
  | 'unknown'

/** What is expected of a node, and which of dbt's two voices is expected to speak of it. */
export interface NodeExpectation {
  readonly does: Does
  readonly claim: Expected
  readonly log: Expected
}

const of = (does: Does, claim: Expected = 'always', log: Expected = 'always'): NodeExpectation => ({ does, claim, log })

type Row = Readonly<Partial<Record<Action, NodeExpectation>>>

const BUILT: Row = {
  build: of('builds'),
  // The Rust engine logs the models that it compiles for a unit test.
  test: of('compiles', 'maybe', 'maybe'),
  clone: of('clones'),
  compile: of('compiles'),
  show: of('compiles'),
}

/**
 * Who speaks of what in which command; dbt-core 1.11 on Postgres, every cell seen on a real run. A cell that is not
 * here did not come up: neither voice is expected to speak, and neither is blamed where it does.
 */
const CORE: Readonly<Record<string, Row>> = {
  model: BUILT,
  seed: BUILT,
  snapshot: BUILT,
  /** Inlined where it is referred to: logged, and in run_results only where it was selected alone. */
  'model ephemeral': {
    build: of('compiles', 'maybe'),
    test: of('compiles', 'maybe', 'maybe'),
    clone: of('compiles', 'maybe'),
    compile: of('compiles', 'maybe'),
    show: of('compiles', 'maybe'),
  },
  'model of its own': { ...BUILT, build: of('might-build') },
  test: { build: of('tests'), test: of('tests'), compile: of('compiles'), show: of('compiles') },
  unit_test: { build: of('tests'), test: of('tests'), compile: of('compiles', 'maybe', 'maybe') },
  function: { build: of('makes'), compile: of('compiles'), clone: of('nothing', 'maybe', 'maybe') },
  /** On-run hooks: in run_results from dbt 1.9 on. `source freshness` runs them and writes no run_results. */
  operation: {
    build: of('runs', 'maybe'),
    test: of('runs', 'maybe'),
    compile: of('compiles', 'maybe'),
    freshness: of('runs', 'never'),
  },
  /** The macro of run-operation. */
  macro: { operation: of('runs', 'always', 'never') },
  /** In sources.json, not in run_results. */
  source: { freshness: of('checks'), build: of('checks', 'maybe', 'maybe') },
  exposure: { build: of('nothing') },
  saved_query: { build: of('nothing') },
  metric: { build: of('nothing', 'maybe', 'maybe') },
  semantic_model: { build: of('nothing', 'maybe', 'maybe') },
  analysis: { compile: of('compiles'), show: of('compiles') },
  /** `show --inline`, `compile --inline`; dbt 1.5 to 1.7 wrote it with a blank. */
  sql_operation: { compile: of('compiles'), show: of('compiles') },
  'sql operation': { compile: of('compiles'), show: of('compiles') },
}

/** Logged at most. */
const UNCLAIMED: Row = {
  compile: of('compiles', 'maybe', 'maybe'),
  show: of('compiles', 'maybe', 'maybe'),
}

/** Where the Rust engine differs: nothing that it compiles is in run_results, nor are its hooks. */
const FUSION: Readonly<Record<string, Row>> = {
  model: UNCLAIMED,
  seed: UNCLAIMED,
  snapshot: UNCLAIMED,
  test: UNCLAIMED,
  unit_test: UNCLAIMED,
  function: UNCLAIMED,
  analysis: UNCLAIMED,
  operation: {
    build: of('runs', 'never', 'maybe'),
    test: of('runs', 'never', 'maybe'),
    compile: of('compiles', 'never', 'maybe'),
    show: of('compiles', 'never', 'maybe'),
  },
}

/** Materializations of dbt and its adapters that leave a relation; those of a project's own may do anything. */
const MATERIALIZED = new Set(
  'view table incremental seed snapshot materialized_view dynamic_table streaming_table external'.split(' '),
)

export interface NodeKind {
  readonly resourceType: string
  /** Null where no voice tells it. */
  readonly materialized: string | null
}

export interface Occasion {
  readonly engine: string
  readonly command: string | null
  /** The log announced the node as one to build or test; null where no log was asked. */
  readonly announced: boolean | null
}

/** What to expect of a node of this kind on this occasion. */
export function nodeExpectation({ engine, command, announced }: Occasion, kind: NodeKind): NodeExpectation {
  const action = actionFor(command, announced)
  const row = rowOf(kind)
  if (action === 'unknown') return announced === null && CORE[row] === BUILT ? MIGHT_BUILD : UNKNOWN
  const special = engine === 'dbt-fusion' ? member(FUSION, row)?.[action] : undefined
  return special ?? member(CORE, row)?.[action] ?? NOT_IN_TABLE
}

/** Nobody tells what was done: what dbt names is looked up, and if it is not there nobody is accused. */
const MIGHT_BUILD = of('might-build', 'maybe', 'maybe')
const UNKNOWN = of('unknown', 'maybe', 'maybe')
const NOT_IN_TABLE = of('nothing', 'maybe', 'maybe')

/** True where a node that ended well leaves a relation of its name. */
export function leavesRelation(does: Does): boolean {
  return does === 'builds' || does === 'clones' || does === 'might-build'
}

function rowOf({ resourceType, materialized }: NodeKind): string {
  if (resourceType !== 'model' || materialized === null || MATERIALIZED.has(materialized)) return resourceType
  return materialized === 'ephemeral' ? 'model ephemeral' : 'model of its own'
}

function member<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
