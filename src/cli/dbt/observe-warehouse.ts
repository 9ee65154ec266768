import { type DraftEvent, runDraft } from '../../events/index.js'
import type { AskedBefore, ClaimedRelation, WarehouseReading } from '../../ports/index.js'
import type { FoundWarehouse } from './find-warehouse.js'
import { USUAL_LIMITS, type WarehouseLimits } from './warehouses.js'

/** The warehouse's own voice, before and after one run. */
export interface ObservedWarehouse {
  readonly limits: WarehouseLimits
  before(isLate: AskedBefore['isLate']): Promise<WarehouseReading>
  after(built: Promise<readonly ClaimedRelation[]>, before: Promise<readonly DraftEvent[]>): Promise<WarehouseReading>
}

export const NOT_ASKED: WarehouseReading = { drafts: [], seconds: { anchor: null, relations: null } }

export interface ObservedRun {
  readonly run: string
  /** Undefined: the command changes nothing in a warehouse, and nobody need be asked. */
  readonly found: FoundWarehouse | undefined
  readonly now: () => Date
}

export function observeWarehouse({ run, found, now }: ObservedRun): ObservedWarehouse {
  if (found === undefined) return { limits: USUAL_LIMITS, before: async () => NOT_ASKED, after: async () => NOT_ASKED }
  if (!found.ask) {
    const unasked = async (phase: 'before' | 'after') => ({
      ...NOT_ASKED,
      drafts: [unaskedDraft(run, phase, found, now)],
    })
    return { limits: USUAL_LIMITS, before: () => unasked('before'), after: () => unasked('after') }
  }
  const { warehouse, schemas, limits } = found
  return {
    limits,
    before: (isLate) => warehouse.before({ run, schemas, limitMs: limits.beforeMs, isLate }),
    after: (built, before) =>
      warehouse.after({ run, schemas, limitMs: limits.afterMs, commitsMs: limits.commitsMs, built, before }),
  }
}

/** Ids are made of the source: it stays what it was before there were connectors for more than one kind. */
const SOURCE = 'urn:clyra:postgres:anchor'

/** That the warehouse was not asked, and why. */
function unaskedDraft(
  run: string,
  phase: 'before' | 'after',
  { code, detail }: Extract<FoundWarehouse, { readonly ask: false }>,
  now: () => Date,
): DraftEvent<'dev.clyra.anchor.unavailable.v1'> {
  const data = { system: 'unknown', phase, code, detail, dsnHash: null } as const
  return runDraft(run, SOURCE, phase, 'dev.clyra.anchor.unavailable.v1', now().toISOString(), data)
}
