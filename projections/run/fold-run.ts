import type { KnownType } from '../../src/events/families/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import { append } from './append-list.js'
import { foldAnchor, foldUnavailableAnchor } from './fold-anchor.js'
import { foldNode, foldTest } from './fold-node.js'
import { foldStatement } from './fold-statement.js'
import type { Of } from './record-of.js'
import type { Finding, RunState } from './run-state.js'
import { upsert } from './sorted-list.js'

type Fold = (state: RunState, of: Of<never>) => RunState
type Folds = { readonly [T in KnownType]?: (state: RunState, of: Of<T>) => RunState }

const FOLDS_BY_TYPE: Folds = {
  'dev.clyra.run.started.v1': (state, { data, record: { event } }) => ({
    ...state,
    // The first stands: it is the one that a bundle's manifest takes.
    started: state.started ?? {
      ...data,
      time: event.time,
      source: event.source,
      submitter: event.submitter,
      actor: event.actor ?? null,
    },
  }),
  'dev.clyra.run.exited.v1': (state, { data }) => ({
    ...state,
    exited: { exitCode: data.exitCode, signal: data.signal },
  }),
  'dev.clyra.run.gap.v1': (state, { data: { reason, count }, position }) => ({
    ...state,
    gaps: upsert(state.gaps, reason, (old) => ({ reason, count: count ?? old?.count ?? null, position })),
  }),
  'dev.clyra.run.closed.v1': (state) => ({ ...state, closed: true }),

  'dev.clyra.dbt.invocation.started.v1': (state, { data, position, record }) => {
    const { arguments: _sealed, ...said } = data
    return { ...state, invocations: append(state.invocations, { ...said, time: record.event.time, position }) }
  },
  'dev.clyra.dbt.invocation.completed.v1': (state, { data, position, record }) => ({
    ...state,
    completions: append(state.completions, { ...data, time: record.event.time, position }),
  }),
  'dev.clyra.dbt.node.executed.v1': foldNode,
  'dev.clyra.dbt.test.result.v1': foldTest,
  'dev.clyra.dbt.statement.executed.v1': foldStatement,

  'dev.clyra.anchor.provisional.v1': foldAnchor('provisional'),
  'dev.clyra.anchor.confirmed.v1': foldAnchor('confirmed'),
  'dev.clyra.anchor.contradicted.v1': foldAnchor('contradicted'),
  'dev.clyra.anchor.unavailable.v1': foldUnavailableAnchor,

  'dev.clyra.snapshot.captured.v1': (state, { data, position }) => ({
    ...state,
    snapshots: append(state.snapshots, { ...data, position }),
  }),
  'dev.clyra.snapshot.relation.v1': (state, { data, position }) => ({
    ...state,
    relations: upsert(state.relations, JSON.stringify([data.node, ...data.relation]), () => ({ ...data, position })),
  }),

  'dev.clyra.artifact.captured.v1': (state, { data, position }) => ({
    ...state,
    artifacts: append(state.artifacts, { ...data, position }),
  }),
  'dev.clyra.artifact.source.v1': (state, { data, position }) => ({
    ...state,
    sources: upsert(state.sources, data.path, () => ({ ...data, position })),
  }),

  'dev.clyra.finding.raised.v1': (state, { data, position }) => ({
    ...state,
    findings: upsert(state.findings, findingKey(data, position), () => ({ ...data, position })),
  }),
}

/**
 * Holds: the ledger admits a known type only with data of its schema, and readers upcast to this version of it. A map,
 * because it is asked for every record, and a text that is new each time is no property name yet.
 */
const FOLDS: ReadonlyMap<string, Fold> = new Map(Object.entries(FOLDS_BY_TYPE) as [string, Fold][])

/** Folds one record of the run's stream. */
export function foldRecord(state: RunState, record: LedgerRecord): RunState {
  const { event } = record
  const mark = { position: String(record.position), recordedAt: event.recordedat }
  const seen = { ...state, records: state.records + 1, first: state.first ?? mark, last: mark }
  const fold = FOLDS.get(event.type)
  if (fold === undefined) return { ...seen, others: countType(seen, event.type) }
  return fold(seen, { data: event.data as never, position: mark.position, record })
}

function countType(state: RunState, type: string): RunState['others'] {
  return upsert(state.others, type, (old) => ({ type, count: (old?.count ?? 0) + 1 }))
}

const SEVERITY = { high: '0', medium: '1', low: '2' } as const

/** Sorts gravest first, then by code, node and position. */
function findingKey(data: Omit<Finding, 'position'>, position: string): string {
  return [SEVERITY[data.severity], data.code, data.node ?? '', position.padStart(16, '0')].join('\n')
}
