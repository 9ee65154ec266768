import type { BuiltRelation } from '../../../connectors/dbt/index.js'
import {
  type AnchorReading,
  anchorDraft,
  isProvisional,
  type PostgresFailure,
  type PostgresTarget,
  type ProvisionalAnchor,
  type RelationReading,
  readAnchor,
  readRelations,
  readSchemas,
  relationDraft,
  type SchemaSnapshot,
  snapshotDraft,
  unavailableAnchor,
  withPostgres,
} from '../../../connectors/postgres/index.js'
import type { DraftEvent } from '../../events/index.js'

/** The warehouse's own voice, before and after a run. Never throws, never takes longer than its deadlines. */
export interface Warehouse {
  /** Where the server stands, and the metadata of the schemas. */
  before(): Promise<DraftEvent[]>
  /** The same again, and what the server says of each relation that dbt says it built. */
  after(built: readonly BuiltRelation[]): Promise<DraftEvent[]>
}

export interface WarehouseOptions {
  readonly run: string
  /** Undefined: there is no address that may be used, and `skipped` says why in a word. */
  readonly target: PostgresTarget | undefined
  readonly skipped: string | null
  /** The schemas whose metadata is compared before and after. */
  readonly schemas: readonly string[]
  readonly now: () => Date
}

/** Together with opening and closing the ledger a run may take two seconds longer, at most. */
const BEFORE_MS = 800
const AFTER_MS = 1000
const COMMIT_BUDGET_MS = 400

export function observeWarehouse(options: WarehouseOptions): Warehouse {
  const { run, target, now, schemas } = options
  let provisional: ProvisionalAnchor | undefined
  const skipped = (phase: 'before' | 'after') => [
    anchorDraft(run, unavailableAnchor({ phase, now }, 'POLICY_SKIP', options.skipped, null)),
  ]
  return {
    async before() {
      if (target === undefined) return skipped('before')
      const outcome = await withPostgres(
        target,
        async (session) => ({
          anchor: await readAnchor(session, { phase: 'before', now }),
          snapshot: await readSchemas(session, { phase: 'before', schemas }),
        }),
        { deadlineMs: BEFORE_MS },
      )
      if (!outcome.ok) return [anchorDraft(run, unreachable('before', outcome.failure, now))]
      const anchor = anchorDraft(run, outcome.value.anchor)
      if (isProvisional(anchor)) provisional = anchor
      return [anchor, ...snapshotOf(run, outcome.value.snapshot)]
    },
    async after(built) {
      if (target === undefined) return skipped('after')
      const outcome = await withPostgres(
        target,
        async (session) => ({
          anchor: await readAnchor(session, { phase: 'after', now }),
          snapshot: await readSchemas(session, { phase: 'after', schemas }),
          relations: await readRelations(session, built, { commitBudgetMs: COMMIT_BUDGET_MS }),
        }),
        { deadlineMs: AFTER_MS },
      )
      if (!outcome.ok) return [anchorDraft(run, unreachable('after', outcome.failure, now), provisional)]
      const { anchor, snapshot, relations } = outcome.value
      const readings: readonly RelationReading[] = relations.ok ? relations.value : []
      return [
        anchorDraft(run, anchor, provisional),
        ...snapshotOf(run, snapshot),
        ...readings.map((reading) => relationDraft(run, reading)),
      ]
    },
  }
}

function snapshotOf(
  run: string,
  outcome: { readonly ok: true; readonly value: SchemaSnapshot } | { readonly ok: false },
): DraftEvent[] {
  return outcome.ok ? [snapshotDraft(run, outcome.value)] : []
}

function unreachable(phase: 'before' | 'after', failure: PostgresFailure, now: () => Date): AnchorReading {
  return unavailableAnchor(
    { phase, now },
    phase === 'before' ? 'PRE_FAIL' : 'POST_TIMEOUT',
    failure.detail,
    failure.dsnHash,
  )
}
