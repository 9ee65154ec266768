import type { CurrentType } from '../../src/events/families/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import { append } from './append-list.js'
import { foldAnchor, foldUnavailableAnchor } from './fold-anchor.js'
import { foldFreshness, foldNode, foldResponse, foldTest } from './fold-node.js'
import { foldReread } from './fold-reread.js'
import { foldStatement } from './fold-statement.js'
import { Fresh } from './fresh.js'
import type { Of } from './record-of.js'
import type { Finding, RunDraft, RunState } from './run-state.js'
import { upsert } from './sorted-list.js'

type Fold = (draft: RunDraft, of: Of<never>) => void
type Folds = { readonly [T in CurrentType]?: (draft: RunDraft, of: Of<T>) => void }

const FOLDS_BY_TYPE: Folds = {
  'dev.clyra.run.started.v1': (draft, { data, record: { event } }) => {
    // The first stands: it is the one that a bundle's manifest takes.
    draft.started ??= {
      ...data,
      time: event.time,
      source: event.source,
      submitter: event.submitter,
      actor: event.actor ?? null,
    }
  },
  'dev.clyra.run.exited.v1': (draft, { data }) => {
    draft.exited = { exitCode: data.exitCode, signal: data.signal }
  },
  'dev.clyra.run.gap.v1': (draft, { data: { reason, count }, position, fresh }) => {
    draft.gaps = upsert(draft.gaps, reason, fresh, (old) => ({ reason, count: count ?? old?.count ?? null, position }))
  },
  'dev.clyra.run.closed.v1': (draft) => {
    draft.closed = true
  },
  'dev.clyra.run.reread.v1': foldReread,
  'dev.clyra.run.left-out.v1': (draft, { data: { run: _, ...said }, position, fresh }) => {
    const key = [said.source, said.name, said.reason].join('\n')
    draft.leftOut = upsert(draft.leftOut, key, fresh, () => ({ ...said, position }))
  },

  'dev.clyra.dbt.invocation.started.v1': (draft, { data, position, record, fresh }) => {
    const { arguments: sealed, ...said } = data
    const invocation = { ...said, sealedArguments: sealed !== null, time: record.event.time, position }
    draft.invocations = append(draft.invocations, invocation, fresh)
  },
  'dev.clyra.dbt.invocation.completed.v1': (draft, { data, position, record, fresh }) => {
    draft.completions = append(draft.completions, { ...data, time: record.event.time, position }, fresh)
  },
  'dev.clyra.dbt.node.executed.v1': foldNode,
  'dev.clyra.dbt.node.response.v1': foldResponse,
  'dev.clyra.dbt.source.freshness.v1': foldFreshness,
  'dev.clyra.dbt.test.result.v1': foldTest,
  'dev.clyra.dbt.statement.executed.v1': foldStatement,
  // For comparing runs after an erasure; nothing of a run's own picture is in them.
  'dev.clyra.dbt.statement.shapes.v1': () => {},

  'dev.clyra.anchor.provisional.v1': foldAnchor('provisional'),
  'dev.clyra.anchor.confirmed.v1': foldAnchor('confirmed'),
  'dev.clyra.anchor.contradicted.v1': foldAnchor('contradicted'),
  'dev.clyra.anchor.unavailable.v1': foldUnavailableAnchor,

  'dev.clyra.snapshot.captured.v1': (draft, { data, position, fresh }) => {
    draft.snapshots = append(draft.snapshots, { ...data, position }, fresh)
  },
  'dev.clyra.snapshot.relation.v1': (draft, { data, position, fresh }) => {
    const key = JSON.stringify([data.node, ...data.relation])
    draft.relations = upsert(draft.relations, key, fresh, () => ({ ...data, position }))
  },

  'dev.clyra.artifact.captured.v1': (draft, { data, position, fresh }) => {
    draft.artifacts = append(draft.artifacts, { ...data, position }, fresh)
  },
  'dev.clyra.artifact.source.v1': (draft, { data, position, fresh }) => {
    draft.sources = upsert(draft.sources, data.path, fresh, () => ({ ...data, position }))
  },
  'dev.clyra.artifact.repository.v1': (draft, { data, position }) => {
    draft.repository = { ...data, position }
  },

  'dev.clyra.finding.raised.v2': (draft, { data, position, fresh }) => {
    draft.findings = upsert(draft.findings, findingKey(data, position), fresh, () => ({ ...data, position }))
  },

  'dev.clyra.metrics.observed.v1': (draft, { data, position, fresh }) => {
    const key = `${data.what}\n${data.subject ?? ''}`
    draft.metrics = upsert(draft.metrics, key, fresh, () => ({ ...data, position }))
  },
}

/**
 * Holds: the ledger admits a known type only with data of its schema, and readers upcast to this version of it. A map,
 * because it is asked for every record, and a text that is new each time is no property name yet.
 */
const FOLDS: ReadonlyMap<string, Fold> = new Map(Object.entries(FOLDS_BY_TYPE) as [string, Fold][])

/** Folds records of the run's stream, in their order. */
export function foldRunRecords(state: RunState, records: readonly LedgerRecord[]): RunState {
  const draft: RunDraft = { ...state }
  const fresh = new Fresh()
  for (const record of records) foldRecord(draft, record, fresh)
  return draft
}

function foldRecord(draft: RunDraft, record: LedgerRecord, fresh: Fresh): void {
  const { event } = record
  const position = String(record.position)
  const mark = { position, recordedAt: event.recordedat }
  draft.records++
  draft.first ??= mark
  draft.last = mark
  const fold = FOLDS.get(event.type)
  if (fold === undefined) draft.others = countType(draft.others, event.type, fresh)
  else fold(draft, { data: event.data as never, position, record, fresh })
}

function countType(others: RunState['others'], type: string, fresh: Fresh): RunState['others'] {
  return upsert(others, type, fresh, (old) => ({ type, count: (old?.count ?? 0) + 1 }))
}

const SEVERITY = { high: '0', medium: '1', low: '2' } as const

/** Sorts gravest first, then by code, node and position. */
function findingKey(data: Omit<Finding, 'position'>, position: string): string {
  return [SEVERITY[data.severity], data.code, data.node ?? '', position.padStart(16, '0')].join('\n')
}
