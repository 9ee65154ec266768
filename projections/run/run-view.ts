import type * as S from './run-state.js'
import { valuesOf } from './sorted-list.js'

export type Outcome = 'succeeded' | 'failed' | 'interrupted' | 'unknown'
export type Completeness = 'complete' | 'partial' | 'unknown'

/** What people and programs look at: the state without its chunks, and what follows from it. JSON. */
export interface RunView {
  readonly run: string
  readonly outcome: Outcome
  /** Who says what about the end of the run; voices may disagree. */
  readonly outcomeSaid: readonly { readonly who: 'process' | S.Completion['voice']; readonly what: string }[]
  readonly completeness: Completeness
  /** Sorted, unique gap reasons; `run-not-closed` where the completeness is unknown. */
  readonly reasons: readonly string[]
  readonly demonstration: boolean
  readonly records: number
  readonly first: S.Mark | null
  readonly last: S.Mark | null
  readonly started: S.Started | null
  readonly exited: S.RunState['exited']
  readonly gaps: readonly S.Gap[]
  readonly invocations: readonly S.Invocation[]
  readonly completions: readonly S.Completion[]
  readonly nodes: readonly S.NodeState[]
  readonly tests: readonly S.TestState[]
  readonly statements: {
    readonly total: number
    readonly byOutcome: readonly (readonly [outcome: string, count: number])[]
    readonly byOrigin: readonly (readonly [origin: string, count: number])[]
    readonly byVerb: readonly (readonly [verb: string, tally: S.Tally])[]
    readonly byNode: readonly (readonly [node: string, tally: S.Tally])[]
    readonly truncated: number
    readonly multiStatement: number
    readonly listed: readonly S.Statement[]
    readonly unlisted: number
  }
  readonly relations: readonly S.RelationState[]
  readonly snapshots: readonly S.Snapshot[]
  readonly anchors: readonly S.Anchor[]
  readonly findings: readonly S.Finding[]
  readonly artifacts: readonly S.Artifact[]
  readonly sources: readonly S.Source[]
  readonly others: readonly S.TypeCount[]
}

export function renderRun(state: S.RunState): RunView {
  const { statements } = state
  return {
    run: state.run,
    outcome: outcomeOf(state),
    outcomeSaid: outcomeSaid(state),
    ...completenessOf(state),
    demonstration: state.started?.demonstration ?? false,
    records: state.records,
    first: state.first,
    last: state.last,
    started: state.started,
    exited: state.exited,
    gaps: valuesOf(state.gaps),
    invocations: state.invocations.flat(),
    completions: state.completions.flat(),
    nodes: valuesOf(state.nodes),
    tests: valuesOf(state.tests),
    statements: {
      total: statements.total,
      byOutcome: statements.byOutcome.flat(),
      byOrigin: statements.byOrigin.flat(),
      byVerb: statements.byVerb.flat(),
      byNode: statements.byNode.flat(),
      truncated: statements.truncated,
      multiStatement: statements.multiStatement,
      listed: statements.listed.flat(),
      unlisted: statements.unlisted,
    },
    relations: valuesOf(state.relations),
    snapshots: state.snapshots.flat(),
    anchors: state.anchors.flat(),
    findings: valuesOf(state.findings),
    artifacts: state.artifacts.flat(),
    sources: valuesOf(state.sources),
    others: valuesOf(state.others),
  }
}

/** The bundle's rule: any gap = partial; else closed = complete; else unknown, because the stream does not say that it is whole. */
export function completenessOf(state: S.RunState): {
  readonly completeness: Completeness
  readonly reasons: readonly string[]
} {
  // Sorted and unique already: the list is keyed by reason.
  const reasons = valuesOf(state.gaps).map((gap) => gap.reason)
  if (reasons.length > 0) return { completeness: 'partial', reasons }
  return state.closed
    ? { completeness: 'complete', reasons: [] }
    : { completeness: 'unknown', reasons: ['run-not-closed'] }
}

/**
 * How the run ended. Gravest word wins: interrupted (a signal ended the process, or a voice says that a node was
 * interrupted), failed (a voice says no success, or the exit code is not 0), succeeded (somebody says so and nobody
 * says otherwise), unknown (nobody says).
 */
export function outcomeOf(state: S.RunState): Outcome {
  const completions = state.completions.flat()
  const nodes = valuesOf(state.nodes)
  const interrupted =
    state.exited?.signal != null ||
    valuesOf(state.gaps).some((gap) => gap.reason === 'process-signalled') ||
    nodes.some((node) => [node.claim, node.log, node.warehouse].some((said) => said?.status === 'interrupted'))
  if (interrupted) return 'interrupted'
  const exitCode = state.exited?.exitCode ?? null
  if (completions.some((done) => done.success === false) || (exitCode !== null && exitCode !== 0)) return 'failed'
  if (completions.some((done) => done.success === true) || exitCode === 0) return 'succeeded'
  return 'unknown'
}

function outcomeSaid(state: S.RunState): RunView['outcomeSaid'] {
  const { exited } = state
  const process =
    exited === null
      ? []
      : [
          {
            who: 'process' as const,
            what: exited.signal ?? (exited.exitCode === null ? 'unknown' : `exit ${exited.exitCode}`),
          },
        ]
  const voices = state.completions.flat().map((done) => ({
    who: done.voice,
    what: done.success === null ? 'unknown' : done.success ? 'success' : 'failure',
  }))
  return [...process, ...voices]
}
