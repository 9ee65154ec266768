import type { LedgerRecord, ProjectionPart } from '../../src/events/index.js'
import { anchorFold } from './folds/anchor.js'
import { artifactFold } from './folds/artifact.js'
import { dbtFold } from './folds/dbt.js'
import { endFold, noteAfterClose } from './folds/end.js'
import { findingFold } from './folds/finding.js'
import { mcpFold } from './folds/mcp.js'
import { metricsFold } from './folds/metrics.js'
import { receiptFold } from './folds/receipt.js'
import { runFold } from './folds/run.js'
import { snapshotFold } from './folds/snapshot.js'
import { verdictFold } from './folds/verdict.js'
import { Fresh } from './fresh.js'
import type { Of } from './record-of.js'
import { defineRunFold, type RunFold } from './run-fold.js'
import type { RunDraft, RunState } from './run-state.js'
import { upsert } from './sorted-list.js'

/** What holds of every record, whatever its type. */
const streamFold = defineRunFold({
  name: 'run-stream',
  version: 1,
  initial: { records: 0, first: null, last: null },
  types: {},
})

/** The types that no fold knows. Its version goes up with every type that a fold comes to know: it is no longer counted here. */
const othersFold = defineRunFold({ name: 'run-others', version: 4, initial: { others: [] }, types: {} })

/** Each owns its members of the state. One more family is one more fold here, and one more line in `emptyRun`. */
export const RUN_FOLDS: readonly RunFold[] = [
  streamFold,
  runFold,
  endFold,
  dbtFold,
  anchorFold,
  snapshotFold,
  artifactFold,
  findingFold,
  metricsFold,
  receiptFold,
  verdictFold,
  mcpFold,
  othersFold,
]

export function emptyRun(run: string): RunState {
  return {
    run,
    ...streamFold.initial,
    ...runFold.initial,
    ...endFold.initial,
    ...dbtFold.initial,
    ...anchorFold.initial,
    ...snapshotFold.initial,
    ...artifactFold.initial,
    ...findingFold.initial,
    ...metricsFold.initial,
    ...receiptFold.initial,
    ...verdictFold.initial,
    ...mcpFold.initial,
    ...othersFold.initial,
  }
}

/** The parts of the state, one for each fold. */
export const RUN_PARTS: readonly ProjectionPart<RunState>[] = RUN_FOLDS.map(({ name, version, initial }) => ({
  name,
  version,
  of: (state) => Object.fromEntries(Object.entries(state).filter(([member]) => member in initial)),
}))

/** The types that a fold knows, sorted. */
export const RUN_TYPES: readonly string[] = [...new Set(RUN_FOLDS.flatMap(({ types }) => Object.keys(types)))].sort()

type Fold = (draft: RunDraft, of: Of<never>) => void

/**
 * What is to be done with a record of each type: by every fold that knows it, in the order above. Holds: the ledger admits a
 * known type only with data of its schema, and readers upcast to the newest version of it. A map, because it is asked for
 * every record, and a text that is new each time is no property name yet.
 */
const FOLD_OF: ReadonlyMap<string, Fold> = foldsByType()

function foldsByType(): ReadonlyMap<string, Fold> {
  const folds = new Map<string, Fold>()
  for (const [type, fold] of RUN_FOLDS.flatMap(({ types }) => Object.entries(types) as [string, Fold][])) {
    const first = folds.get(type)
    folds.set(type, first === undefined ? fold : both(first, fold))
  }
  return folds
}

function both(first: Fold, second: Fold): Fold {
  return (draft, of) => {
    first(draft, of)
    second(draft, of)
  }
}

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
  noteAfterClose(draft, event.type)
  const fold = FOLD_OF.get(event.type)
  if (fold === undefined) draft.others = countType(draft.others, event.type, fresh)
  else fold(draft, { data: event.data as never, position, record, fresh })
}

function countType(others: RunState['others'], type: string, fresh: Fresh): RunState['others'] {
  return upsert(others, type, fresh, (old) => ({ type, count: (old?.count ?? 0) + 1 }))
}
