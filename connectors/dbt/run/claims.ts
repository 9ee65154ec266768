import type { DraftEvent } from '../../../src/events/index.js'
import { type Manifest, type ResultRow, type RunResults, responseDraft } from '../artifacts/index.js'
import {
  completedDraft,
  count,
  draftOf,
  engineOf,
  fraction,
  label,
  later,
  nanosOf,
  SOURCES,
  sealedText,
  startedDraft,
  utc,
} from '../drafts/index.js'
import {
  isTestType,
  leavesRelation,
  nodeExpectation,
  resourceTypeOf,
  statusCounts,
  statusFor,
} from '../expectations/index.js'
import { adapterAnswer, NO_ANSWER } from '../log/index.js'
import { claimedSuccess } from './claimed-success.js'

/** The artefacts of one invocation; null for one that is missing or belongs to another. At least one is given. */
export interface OwnArtifacts {
  readonly run: string
  readonly invocation: string
  readonly manifest: Manifest | null
  readonly runResults: RunResults | null
}

/** The claim voice: what dbt wrote into its artefacts about this invocation, in the order of run_results. */
export function claimDrafts(own: OwnArtifacts): DraftEvent[] {
  const { run, invocation, manifest, runResults } = own
  if (manifest === null && runResults === null) return []
  const source = runResults === null ? SOURCES.manifest : SOURCES.runResults
  const version = runResults?.version ?? manifest?.version ?? null
  const time = runResults?.beganAt ?? manifest?.startedAt ?? manifest?.generatedAt ?? null
  const started = startedDraft(run, source, 'claim', invocation, time, {
    engine: engineOf(version),
    version,
    command: runResults?.command ?? null,
    arguments: runResults?.arguments ?? null,
    project: manifest?.project ?? null,
    target: runResults?.target ?? null,
    adapter: manifest?.adapter ?? null,
    threads: runResults?.threads ?? null,
  })
  if (runResults === null) return [started]
  const seen = new Map<string, number>()
  const nodes = runResults.rows.flatMap((row) => {
    const nth = (seen.get(row.unique_id) ?? 0) + 1
    seen.set(row.unique_id, nth)
    return claimedNode(own, row, nth)
  })
  const completed = completedDraft(run, source, 'claim', invocation, runResults.generatedAt, {
    success: claimedSuccess(runResults, manifest),
    elapsedSeconds: runResults.elapsedSeconds,
    results: statusCounts(runResults.rows.map((row) => label(row.status) ?? 'unknown')),
  })
  return [started, ...nodes, completed]
}

/** A node's record, and what the adapter answered for it. */
function claimedNode(own: OwnArtifacts, row: ResultRow, nth: number): DraftEvent[] {
  const { run, invocation, manifest, runResults } = own
  const node = label(row.unique_id) ?? 'unknown'
  const described = manifest?.nodes.get(row.unique_id)
  const { startedAt, completedAt } = spanOf(row)
  const resourceType = described?.resourceType ?? resourceTypeOf(node)
  const materialized = described?.materialized ?? null
  const occasion = {
    engine: engineOf(runResults?.version ?? null),
    command: runResults?.repeats ?? null,
    announced: null,
  }
  const { does } = nodeExpectation(occasion, { resourceType, materialized })
  const status = statusFor(does, row.status)
  const common = {
    voice: 'claim' as const,
    invocation,
    node,
    status,
    startedAt,
    completedAt,
    executionSeconds: fraction(row.execution_time),
    thread: label(row.thread_id),
    message: sealedText(row.message),
  }
  const key = `${invocation}/claim/node/${node}${nth > 1 ? `/${nth}` : ''}`
  const time = completedAt ?? runResults?.generatedAt ?? null
  const answered = { run, source: SOURCES.runResults, invocation, voice: 'claim' as const, node, nth, time, does }
  const response = responseDraft(answered, row.adapter_response, row.batch_results ?? null)
  const more = response === null ? [] : [response]
  if (isTestType(resourceType)) {
    const test = draftOf(run, SOURCES.runResults, key, 'dev.clyra.dbt.test.result.v1', time, {
      ...common,
      tested: [...(described?.tested ?? [])],
      severity: described?.severity ?? null,
      failures: status === 'compiled' ? null : count(row.failures),
    })
    return [test, ...more]
  }
  const executed = draftOf(run, SOURCES.runResults, key, 'dev.clyra.dbt.node.executed.v1', time, {
    ...common,
    resourceType,
    materialized: resourceType === 'operation' ? null : materialized,
    relation: leavesRelation(does) ? (described?.relation ?? null) : null,
    ...(does === 'compiles' ? NO_ANSWER : adapterAnswer(row)),
  })
  return [executed, ...more]
}

/** From the first phase's start to the last phase's end. */
function spanOf(row: ResultRow): { startedAt: string | null; completedAt: string | null } {
  let startedAt: string | null = null
  let completedAt: string | null = null
  for (const phase of row.timing ?? []) {
    const start = utc(phase.started_at)
    if (start !== null && (startedAt === null || nanosOf(start) < nanosOf(startedAt))) startedAt = start
    completedAt = later(completedAt, utc(phase.completed_at))
  }
  return { startedAt, completedAt }
}
