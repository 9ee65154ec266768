import type { DraftEvent } from '../../../src/events/index.js'

type Data<T extends DraftEvent['type']> = Extract<DraftEvent, { type: T }>['data']

/** Anything with id, type and data: drafts, or events read back from a ledger. */
export interface SomeEvent {
  readonly id: string
  readonly type: string
  readonly time?: string
  readonly data: unknown
}

/** One event of one voice about a node or test. */
export interface Said<D> {
  readonly id: string
  readonly data: D
}

type StartedData = Data<'dev.clyra.dbt.invocation.started.v1'>
export type NodeData = Data<'dev.clyra.dbt.node.executed.v1'>
export type TestData = Data<'dev.clyra.dbt.test.result.v1'>
export type FreshnessData = Data<'dev.clyra.dbt.source.freshness.v1'>
export type StatementData = Data<'dev.clyra.dbt.statement.executed.v1'>
export type FoldedStatement = Said<StatementData>
export type RelationData = Data<'dev.clyra.snapshot.relation.v1'>
export type SnapshotData = Data<'dev.clyra.snapshot.captured.v1'>
export type ContradictedData = Data<'dev.clyra.anchor.contradicted.v1'>

/** The events of a run by voice, as far as they can be compared. */
export interface Voices {
  /** run_results of this run was read: what it leaves out was not claimed. */
  readonly claims: boolean
  /** A log that tells of nodes was read: what it leaves out was not seen. */
  readonly logs: boolean
  readonly nodes: Pairs<NodeData>
  readonly tests: Pairs<TestData>
  /** How fresh sources are. */
  readonly sources: Pairs<FreshnessData>
  readonly statements: readonly FoldedStatement[]
  readonly relations: readonly Said<RelationData>[]
  /** The schemas' relations by phase; the last word of each. */
  readonly snapshots: ReadonlyMap<SnapshotData['phase'], Said<SnapshotData>>
  readonly anchors: readonly Said<ContradictedData>[]
  readonly engine: string
  /** The sub-command; null where no voice tells it. */
  readonly command: string | null
  readonly adapter: string | null
  /** When the invocation started, as the log or else the artefacts say. */
  readonly startedAt: string | null
}

export interface Pairs<D> {
  readonly claim: ReadonlyMap<string, Said<D>>
  readonly log: ReadonlyMap<string, Said<D>>
}

/**
 * Sorts a run's events into voices. Where one voice speaks twice of a node, its last word counts. `data` is taken for
 * what the type says: every event comes from a reader of this package or was admitted under its schema.
 */
export function voicesOf(events: readonly SomeEvent[]): Voices {
  const nodes = { claim: new Map<string, Said<NodeData>>(), log: new Map<string, Said<NodeData>>() }
  const tests = { claim: new Map<string, Said<TestData>>(), log: new Map<string, Said<TestData>>() }
  const sources = { claim: new Map<string, Said<FreshnessData>>(), log: new Map<string, Said<FreshnessData>>() }
  const statements: FoldedStatement[] = []
  const relations: Said<RelationData>[] = []
  const snapshots = new Map<SnapshotData['phase'], Said<SnapshotData>>()
  const anchors: Said<ContradictedData>[] = []
  const started = new Map<string, Pick<StartedData, 'engine' | 'command' | 'adapter'> & { time: string | null }>()
  let claims = false
  for (const event of events) {
    const { id, type, time } = event
    if (is(event, 'dev.clyra.dbt.invocation.started.v1')) {
      const { voice, engine, command, adapter } = event.data
      started.set(voice, { engine, command, adapter, time: time ?? null })
    } else if (is(event, 'dev.clyra.dbt.invocation.completed.v1')) {
      claims ||= event.data.voice === 'claim'
    } else if (is(event, 'dev.clyra.dbt.node.executed.v1')) {
      if (event.data.voice !== 'warehouse') nodes[event.data.voice].set(event.data.node, { id, data: event.data })
    } else if (is(event, 'dev.clyra.dbt.test.result.v1')) {
      if (event.data.voice !== 'warehouse') tests[event.data.voice].set(event.data.node, { id, data: event.data })
    } else if (is(event, 'dev.clyra.dbt.source.freshness.v1')) {
      if (event.data.voice !== 'warehouse') sources[event.data.voice].set(event.data.node, { id, data: event.data })
    } else if (is(event, 'dev.clyra.dbt.statement.executed.v1')) {
      statements.push({ id, data: event.data })
    } else if (is(event, 'dev.clyra.snapshot.relation.v1')) {
      relations.push({ id, data: event.data })
    } else if (is(event, 'dev.clyra.snapshot.captured.v1')) {
      snapshots.set(event.data.phase, { id, data: event.data })
    } else if (type === 'dev.clyra.anchor.contradicted.v1' && is(event, 'dev.clyra.anchor.contradicted.v1')) {
      anchors.push({ id, data: event.data })
    }
  }
  const first = started.get('log') ?? started.get('claim')
  statements.sort((a, b) => Number(a.data.ordinal) - Number(b.data.ordinal))
  return {
    claims,
    logs: started.has('log'),
    nodes,
    tests,
    sources,
    statements,
    relations,
    snapshots,
    anchors,
    engine: first?.engine ?? 'unknown',
    command: started.get('log')?.command ?? started.get('claim')?.command ?? null,
    adapter: started.get('log')?.adapter ?? started.get('claim')?.adapter ?? null,
    startedAt: first?.time ?? null,
  }
}

function is<T extends DraftEvent['type']>(event: SomeEvent, type: T): event is SomeEvent & { readonly data: Data<T> } {
  return event.type === type
}
