import type { RunView } from '../../projections/run/index.js'
import type { MatrixCommand } from './commands.js'

/** What dbt left and the database holds, looked up without Clyra. */
export interface Truth {
  readonly exitCode: number | null
  readonly database: 'postgres' | 'duckdb'
  /** `schema.name` of every table and view after the run; undefined where nobody was asked. */
  readonly relations: ReadonlySet<string> | undefined
  /** Rows of run_results.json of this run: what dbt itself says. */
  readonly results: readonly { readonly unique_id: string; readonly status: string }[]
}

/** The rows of a run_results.json, where the file is of the run that the record is about; else none. */
export function resultsOf(text: string, view: RunView): Truth['results'] {
  // dbt wrote it; its schema names these members.
  const { metadata, results } = JSON.parse(text) as { metadata: { invocation_id: string }; results: Truth['results'] }
  return view.invocations.some(({ invocation }) => invocation === metadata.invocation_id) ? results : []
}

/**
 * The false words of a record: sentences about what it says that is not so, or does not say and should. Empty for a
 * record that tells the truth.
 */
export function falseWords(view: RunView | undefined, command: MatrixCommand, truth: Truth): string[] {
  if (view === undefined) return ['no run is recorded']
  return [
    ...outcome(view, command, truth),
    ...findings(view, command),
    ...incompleteness(view),
    ...nodesThatDidNothing(view, command),
    ...testsThatDidNotRun(view, command),
    ...claims(view, command, truth),
    ...relations(view, command, truth),
  ]
}

function outcome(view: RunView, command: MatrixCommand, truth: Truth): string[] {
  const expected = command.exits ?? 0
  const found: string[] = []
  if (truth.exitCode !== expected) found.push(`dbt ended with ${truth.exitCode}, expected ${expected}`)
  const right = expected === 0 ? 'succeeded' : 'failed'
  if (view.outcome !== right) found.push(`outcome ${view.outcome}, not ${right}`)
  return found
}

function findings(view: RunView, command: MatrixCommand): string[] {
  const wanted = [...(command.findings ?? [])].sort()
  const rest = [...wanted]
  const untrue = view.findings.filter(({ code }) => {
    const at = rest.indexOf(code)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  return [
    ...untrue.map(({ code, severity, node }) => `finding ${code} (${severity}) ${node ?? ''}`),
    ...rest.map((code) => `finding ${code} is missing`),
  ]
}

const incompleteness = (view: RunView) =>
  view.completeness === 'complete' ? [] : [`${view.completeness}: ${view.reasons.join(', ')}`]

/** A command that builds nothing claims no relation and asks the warehouse about none. */
function nodesThatDidNothing(view: RunView, { effect }: MatrixCommand): string[] {
  if (effect === 'builds' || effect === 'both') return []
  const built = view.nodes.filter(
    ({ resourceType, claim, log }) =>
      ['model', 'seed', 'snapshot', 'function'].includes(resourceType) &&
      (claim?.status === 'success' || log?.status === 'success'),
  )
  return [
    ...(built.length === 0 ? [] : [`${built.length} nodes are said to be built, e.g. ${built[0]?.node}`]),
    ...(view.relations.length === 0 ? [] : [`${view.relations.length} relations are said to be looked up`]),
  ]
}

function testsThatDidNotRun(view: RunView, { effect }: MatrixCommand): string[] {
  if (effect === 'tests' || effect === 'both') return []
  const ran = view.tests.filter(({ claim, log }) =>
    [claim, log].some((said) => said !== null && said.status !== 'compiled'),
  )
  return ran.length === 0 ? [] : [`${ran.length} tests are said to have run, e.g. ${ran[0]?.node}`]
}

/** Every row of run_results has its claim, and what dbt calls failed is not called well. */
function claims(view: RunView, { effect }: MatrixCommand, { results }: Truth): string[] {
  if (effect === 'neither') return []
  const said = new Map([...view.nodes, ...view.tests].map(({ node, claim }) => [node, claim?.status]))
  return results.flatMap(({ unique_id, status }) => {
    const claim = said.get(unique_id)
    if (claim === undefined) return [`dbt's result of ${unique_id} is not recorded`]
    const well = (word: string) => ['success', 'pass', 'warn', 'no-op', 'reused'].includes(word)
    return well(status) === well(claim) ? [] : [`dbt says ${status} of ${unique_id}, the record ${claim}`]
  })
}

/** What is said of a relation's presence is so, and on Postgres each built one was looked up. */
function relations(view: RunView, { effect }: MatrixCommand, truth: Truth): string[] {
  const there = truth.relations
  if (there === undefined) return []
  const wrong = view.relations.flatMap(({ relation, present }) => {
    const [, schema, name] = relation
    const isThere = there.has(`${schema}.${name}`.toLowerCase())
    return present === null || present === isThere
      ? []
      : [`${schema}.${name} is said to be ${present ? 'there' : 'absent'}`]
  })
  const asked = new Set(view.relations.map(({ node }) => node))
  const unasked = view.nodes.filter(
    ({ node, claim, relation, materialized }) =>
      claim?.status === 'success' &&
      relation !== null &&
      materialized !== 'ephemeral' &&
      !asked.has(node) &&
      !/^(operation|macro|function)\./.test(node),
  )
  const silent = truth.database === 'postgres' && effect !== 'neither' && effect !== 'tests' ? unasked : []
  return [...wrong, ...silent.map(({ node }) => `the warehouse was not asked about ${node}`)]
}
