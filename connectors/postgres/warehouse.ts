import type { DraftEvent } from '../../src/events/index.js'
import type {
  AskedAfter,
  AskedBefore,
  ClaimedRelation,
  Warehouse,
  WarehouseKind,
  WarehouseReading,
} from '../../src/ports/index.js'
import { anchorDraft, isProvisional } from './anchor-draft.js'
import { postgresDoctor } from './doctor.js'
import type { PostgresTarget } from './dsn.js'
import type { PostgresOutcome } from './failure.js'
import { type Surroundings, surroundingsOf } from './libpq/index.js'
import { FIELD_MISSING, profileAddress } from './profile-address.js'
import { type AnchorPhase, unavailableAnchor, unreadAnchor } from './read-anchor.js'
import { type RelationReading, readRelations, relationDraft, unreadRelations } from './read-relations.js'
import { snapshotDraft } from './read-schemas.js'
import { type PostgresState, readState } from './read-state.js'
import { type PostgresSession, withPostgres } from './session.js'

/** PostgreSQL as the warehouse of a run. */
export const postgresWarehouse: WarehouseKind = {
  kind: 'postgres',
  target({ fields, address, variables, home, now }) {
    const read = fields === undefined ? FIELD_MISSING : profileAddress(fields)
    const target = address ?? (read.ok ? read.address : read)
    if (typeof target !== 'string' && 'reason' in target) return target
    const surroundings = surroundingsOf(variables, home)
    return {
      ok: true,
      schema: read.ok ? read.schema : undefined,
      warehouse: warehouseAt({ target, surroundings, now }),
    }
  },
}

interface Place {
  readonly target: PostgresTarget
  readonly surroundings: Surroundings
  readonly now: () => Date
}

function warehouseAt(place: Place): Warehouse {
  const { target, surroundings } = place
  return {
    before: (asked) => readBefore(place, asked),
    after: (asked) => readAfter(place, asked),
    doctor: () => postgresDoctor(target, { surroundings }),
  }
}

async function readBefore({ target, surroundings, now }: Place, asked: AskedBefore): Promise<WarehouseReading> {
  const { run, schemas, limitMs, isLate } = asked
  const took = stopwatch()
  const state = await withPostgres(target, (session) => readState(session, { phase: 'before', schemas }), {
    deadlineMs: limitMs,
    surroundings,
  })
  const seconds = { anchor: took(), relations: null }
  const readAt = now()
  const anchor = anchorDraft(run, anchorOf(state, 'before', now))
  if (isProvisional(anchor) && (await isLate(readAt))) {
    const late = unavailableAnchor({ phase: 'before', now: () => readAt }, 'TIMED_OUT', 'late', anchor.data.dsnHash)
    return { drafts: [anchorDraft(run, late)], seconds }
  }
  return { drafts: [anchor, ...snapshotOf(run, state)], seconds }
}

async function readAfter({ target, surroundings, now }: Place, asked: AskedAfter): Promise<WarehouseReading> {
  const { run, schemas, limitMs, built, commitsMs } = asked
  let seconds: WarehouseReading['seconds'] = { anchor: null, relations: null }
  /** Also of what fails it is said how long it took. */
  const timed = async <T>(what: keyof typeof seconds, step: () => Promise<T>): Promise<T> => {
    const took = stopwatch()
    try {
      return await step()
    } finally {
      seconds = { ...seconds, [what]: took() }
    }
  }
  const relationsOf = async (session: PostgresSession): Promise<readonly RelationReading[]> => {
    const claimed: readonly ClaimedRelation[] = await session.idleUntil(built)
    if (claimed.length === 0) return []
    const read = await timed('relations', () => readRelations(session, claimed, { commitBudgetMs: commitsMs }))
    return read.ok ? read.value : unreadRelations(claimed, now().toISOString())
  }
  const outcome = await withPostgres(
    target,
    async (session) => ({
      state: await timed('anchor', () => readState(session, { phase: 'after', schemas })),
      relations: await relationsOf(session),
    }),
    { deadlineMs: limitMs, surroundings },
  )
  const provisional = (await asked.before).find(isProvisional)
  const state = outcome.ok ? ({ ok: true, value: outcome.value.state } as const) : outcome
  const anchor = anchorDraft(run, anchorOf(state, 'after', now), provisional)
  const relations = outcome.ok ? outcome.value.relations.map((reading) => relationDraft(run, reading)) : []
  return { drafts: [anchor, ...snapshotOf(run, state), ...relations], seconds }
}

function stopwatch(): () => number {
  const start = performance.now()
  return () => (performance.now() - start) / 1000
}

function anchorOf(state: PostgresOutcome<PostgresState>, phase: AnchorPhase, now: () => Date) {
  return state.ok ? state.value.anchor : unreadAnchor({ phase, now }, state.failure)
}

function snapshotOf(run: string, state: PostgresOutcome<PostgresState>): DraftEvent[] {
  return state.ok && state.value.snapshot !== null ? [snapshotDraft(run, state.value.snapshot)] : []
}
