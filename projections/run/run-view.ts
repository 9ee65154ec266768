import { type Completeness, completenessOf, type VoicesHeard, voicesHeard } from './completeness.js'
import { type CountedView, countedView } from './counted.js'
import { inVoiceOrder, type Outcome, type OutcomeSaid, outcomeOf, outcomeSaid } from './outcome.js'
import type * as S from './run-state.js'
import { valuesOf } from './sorted-list.js'
import { commandOf } from './warehouse-heard.js'

/** A node with what is known of it whoever says so: the claim's word, which has the manifest's, else the log's. */
export type NodeState = S.NodeVoices & Pick<S.NodeSaid, 'resourceType' | 'materialized' | 'relation'>
/** `tested`: sorted, unique, what any voice says it looks at. */
export type TestState = S.TestVoices & Pick<S.TestSaid, 'tested' | 'severity'>

/** What people and programs look at: the state without its chunks, and what follows from it. JSON. */
export interface RunView {
  readonly run: string
  readonly outcome: Outcome
  readonly outcomeSaid: readonly OutcomeSaid[]
  /** The dbt command: the log's word for it, else the claim's. */
  readonly command: string | null
  readonly completeness: Completeness
  /** Sorted, unique gap reasons; `run-not-closed` where the completeness is unknown. */
  readonly reasons: readonly string[]
  /** How whole each voice is. */
  readonly voices: VoicesHeard
  /** Streams of their own that it rests on, in the order of the links. */
  readonly links: readonly S.Link[]
  /** Later readings that took the place of earlier ones. */
  readonly rereads: readonly S.Reread[]
  readonly demonstration: boolean
  readonly records: number
  readonly first: S.Mark | null
  readonly last: S.Mark | null
  readonly started: S.Started | null
  /** When it started: as the wrapper saw it, else as dbt's log or else its results say, in whatever order they were read. */
  readonly startedAt: string | null
  readonly exited: S.RunState['exited']
  readonly gaps: readonly S.Gap[]
  /** The window of a gateway's traffic that it is. */
  readonly window: S.Window | null
  readonly invocations: readonly S.Invocation[]
  readonly completions: readonly S.Completion[]
  readonly nodes: readonly NodeState[]
  readonly tests: readonly TestState[]
  /** By node, then voice. */
  readonly responses: readonly S.NodeResponse[]
  readonly freshness: readonly S.Freshness[]
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
  /** Those of the findings that tell of a relation which was there before the run and is gone after it. */
  readonly dropped: readonly S.Finding[]
  readonly artifacts: readonly S.Artifact[]
  readonly sources: readonly S.Source[]
  readonly repository: S.Repository | null
  readonly leftOut: readonly S.LeftOut[]
  readonly metrics: readonly S.Metric[]
  /** What was intended and has no receipt. */
  readonly openIntents: readonly S.Intent[]
  readonly receipts: CountedView<S.Receipt>
  readonly verdicts: CountedView<S.Verdict>
  readonly calls: CountedView<S.Call>
  readonly others: readonly S.TypeCount[]
}

export function renderRun(state: S.RunState): RunView {
  const { statements } = state
  const findings = valuesOf(state.findings)
  return {
    run: state.run,
    outcome: outcomeOf(state),
    outcomeSaid: outcomeSaid(state),
    command: commandOf(state),
    ...completenessOf(state),
    voices: voicesHeard(state),
    links: state.links.flat(),
    rereads: state.rereads.flat(),
    demonstration: state.started?.demonstration ?? false,
    records: state.records,
    first: state.first,
    last: state.last,
    started: state.started,
    startedAt: startedAt(state),
    exited: state.exited,
    gaps: valuesOf(state.gaps),
    window: state.window,
    invocations: inVoiceOrder(state.invocations.flat()),
    completions: inVoiceOrder(state.completions.flat()),
    nodes: valuesOf(state.nodes).map(nodeState),
    tests: valuesOf(state.tests).map(testState),
    responses: valuesOf(state.responses),
    freshness: valuesOf(state.freshness),
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
    findings,
    dropped: findings.filter(({ code }) => code === 'relation-dropped'),
    artifacts: state.artifacts.flat(),
    sources: valuesOf(state.sources),
    repository: state.repository,
    leftOut: valuesOf(state.leftOut),
    metrics: valuesOf(state.metrics),
    openIntents: valuesOf(state.openIntents),
    receipts: countedView(state.receipts),
    verdicts: countedView(state.verdicts),
    calls: countedView(state.calls),
    others: valuesOf(state.others),
  }
}

function nodeState(voices: S.NodeVoices): NodeState {
  const said = [voices.claim, voices.log, voices.warehouse].filter((one) => one !== null)
  return {
    ...voices,
    // A node is kept only while a voice speaks of it.
    resourceType: said[0]?.resourceType ?? 'unknown',
    materialized: said.find(({ materialized }) => materialized !== null)?.materialized ?? null,
    relation: said.find(({ relation }) => relation !== null)?.relation ?? null,
  }
}

function testState(voices: S.TestVoices): TestState {
  const said = [voices.claim, voices.log, voices.warehouse].filter((one) => one !== null)
  return {
    ...voices,
    tested: [...new Set(said.flatMap(({ tested }) => tested))].sort(),
    severity: said.find(({ severity }) => severity !== null)?.severity ?? null,
  }
}

function startedAt({ started, invocations }: S.RunState): string | null {
  if (started?.capture === 'wrapper') return started.time
  return inVoiceOrder(invocations.flat())[0]?.time ?? started?.time ?? null
}
