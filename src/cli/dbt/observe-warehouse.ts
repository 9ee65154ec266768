import type { BuiltRelation } from '../../../connectors/dbt/index.js'
import {
  anchorDraft,
  isProvisional,
  type PostgresOutcome,
  type PostgresSession,
  type PostgresState,
  type PostgresTarget,
  type ProvisionalAnchor,
  type RelationReading,
  readRelations,
  readState,
  relationDraft,
  type Surroundings,
  snapshotDraft,
  unavailableAnchor,
  unreadAnchor,
  unreadRelations,
  withPostgres,
} from '../../../connectors/postgres/index.js'
import type { DraftEvent } from '../../events/index.js'

/** The warehouse's own voice, before and after a run. Never throws, never takes longer than its limits. */
export interface Warehouse {
  /**
   * Where the server stands, and the metadata of the schemas. `isLate` is asked, with the time at which the answer was
   * here, whether dbt may have changed something by then: then it is no reading of the time before, and says so.
   */
  before(isLate: (readAt: Date) => Promise<boolean>): Promise<DraftEvent[]>
  /**
   * The same again, at once, and what the server says of each relation that dbt says it built, once `built` is known.
   * `first` is the reading before, which it is held against.
   */
  after(built: Promise<readonly BuiltRelation[]>, first: Promise<unknown>): Promise<DraftEvent[]>
  /** How long the readings took, in seconds; null for one that was not made. */
  times(): WarehouseTimes
}

export interface WarehouseTimes {
  /** Session and anchor. */
  readonly before: number | null
  readonly after: number | null
  /** The relations that dbt says it built. */
  readonly relations: number | null
}

/** What is to be asked: a Postgres, nothing because of a reason that is recorded, or nothing at all. */
export type WarehousePlan =
  | {
      readonly ask: 'postgres'
      /** Holds a password: never printed, logged or recorded. */
      readonly target: PostgresTarget
      /** The schemas whose metadata is compared before and after. */
      readonly schemas: readonly string[]
    }
  /** `detail` is a word: why there is no address that may be used, or the kind of warehouse that is not read. */
  | { readonly ask: 'nobody'; readonly code: 'POLICY_SKIP' | 'NOT_SUPPORTED'; readonly detail: string | null }
  /** The command changes nothing in a warehouse. */
  | { readonly ask: 'not-needed' }

export interface WarehouseLimits {
  /** Milliseconds for each of the readings before and after; for looking for newest commits. */
  readonly beforeMs: number
  readonly afterMs: number
  readonly commitsMs: number
}

export interface WarehouseOptions {
  readonly run: string
  readonly plan: WarehousePlan
  readonly limits: WarehouseLimits
  readonly surroundings: Surroundings
  readonly now: () => Date
}

export function observeWarehouse(options: WarehouseOptions): Warehouse {
  const { run, plan, now } = options
  switch (plan.ask) {
    case 'postgres':
      return observePostgres(options, plan)
    case 'nobody': {
      const { code, detail } = plan
      const unread = (phase: 'before' | 'after') => [
        anchorDraft(run, unavailableAnchor({ phase, now }, code, detail, null)),
      ]
      return { before: async () => unread('before'), after: async () => unread('after'), times: () => NOT_ASKED }
    }
    case 'not-needed':
      return { before: async () => [], after: async () => [], times: () => NOT_ASKED }
  }
}

const NOT_ASKED: WarehouseTimes = { before: null, after: null, relations: null }

function observePostgres(
  { run, limits, surroundings, now }: WarehouseOptions,
  { target, schemas }: Extract<WarehousePlan, { ask: 'postgres' }>,
): Warehouse {
  let provisional: ProvisionalAnchor | undefined
  let times = NOT_ASKED
  const timed = async <T>(what: keyof WarehouseTimes, step: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    try {
      return await step()
    } finally {
      times = { ...times, [what]: (performance.now() - start) / 1000 }
    }
  }
  const anchorOf = (phase: 'before' | 'after', state: PostgresOutcome<PostgresState>) => {
    const reading = state.ok ? state.value.anchor : unreadAnchor({ phase, now }, state.failure)
    return anchorDraft(run, reading, phase === 'after' ? provisional : undefined)
  }
  return {
    times: () => times,
    async before(isLate) {
      const state = await timed('before', () =>
        withPostgres(target, (session) => readState(session, { phase: 'before', schemas }), {
          deadlineMs: limits.beforeMs,
          surroundings,
        }),
      )
      const readAt = now()
      const anchor = anchorOf('before', state)
      if (isProvisional(anchor) && (await isLate(readAt))) {
        const late = unavailableAnchor({ phase: 'before', now: () => readAt }, 'TIMED_OUT', 'late', anchor.data.dsnHash)
        return [anchorDraft(run, late)]
      }
      if (isProvisional(anchor)) provisional = anchor
      return [anchor, ...snapshotOf(run, state)]
    },
    async after(built, first) {
      const relationsOf = async (session: PostgresSession): Promise<readonly RelationReading[]> => {
        const claimed = await session.idleUntil(built)
        if (claimed.length === 0) return []
        const commitBudgetMs = limits.commitsMs
        const relations = await timed('relations', () => readRelations(session, claimed, { commitBudgetMs }))
        return relations.ok ? relations.value : unreadRelations(claimed, now().toISOString())
      }
      const outcome = await withPostgres(
        target,
        async (session) => ({
          state: await timed('after', () => readState(session, { phase: 'after', schemas })),
          relations: await relationsOf(session),
        }),
        { deadlineMs: limits.afterMs, surroundings },
      )
      await first
      if (!outcome.ok) return [anchorOf('after', outcome)]
      const { state, relations } = outcome.value
      const read = { ok: true, value: state } as const
      return [
        anchorOf('after', read),
        ...snapshotOf(run, read),
        ...relations.map((reading) => relationDraft(run, reading)),
      ]
    },
  }
}

function snapshotOf(run: string, state: PostgresOutcome<PostgresState>): DraftEvent[] {
  return state.ok && state.value.snapshot !== null ? [snapshotDraft(run, state.value.snapshot)] : []
}
