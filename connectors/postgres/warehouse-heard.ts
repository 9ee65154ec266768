import type { EventData } from '../../src/events/index.js'
import type { AnchorPhase, AnchorUnavailable } from './read-anchor.js'

/** Why a part of the warehouse's voice is missing: an anchor with its code, or relations that were not looked up. */
export type WarehouseSilence =
  | {
      readonly what: 'anchor'
      readonly phase: AnchorPhase
      readonly code: AnchorUnavailable['code']
      readonly detail: string | null
    }
  | { readonly what: 'relations'; readonly count: number }

/** Whether the warehouse itself was heard about a run. */
export interface WarehouseHeard {
  readonly warehouse: 'asked' | 'partly' | 'not-asked'
  /** In the order before, after, relations. Empty beside `not-asked`: nothing was to be asked. */
  readonly missing: readonly WarehouseSilence[]
}

/**
 * `asked`: both anchors were read, and every relation that the tool says it built was looked up. `not-asked`: no anchor
 * and no relation was read. `partly`: anything between. A run's whole stream may be given, other events are passed
 * over; of two anchors of one phase, or two readings for one node, the last counts.
 *
 * `data` is taken for what the type says: every event comes from this folder or was admitted under its schema.
 */
export function warehouseHeard(events: Iterable<{ readonly type: string; readonly data: unknown }>): WarehouseHeard {
  const anchors = new Map<AnchorPhase, WarehouseSilence | 'read'>()
  const relations = new Map<string, boolean>()
  for (const { type, data } of events) {
    if (type === 'dev.clyra.anchor.unavailable.v1') {
      const { phase, code, detail } = data as EventData[typeof type]
      anchors.set(phase, { what: 'anchor', phase, code, detail })
    } else if (READ.has(type)) {
      anchors.set((data as EventData['dev.clyra.anchor.provisional.v1']).phase, 'read')
    } else if (type === 'dev.clyra.snapshot.relation.v1') {
      const { node, present } = data as EventData[typeof type]
      relations.set(node, present !== null)
    }
  }
  const readings = (['before', 'after'] as const).map((phase) => anchors.get(phase))
  const unread = [...relations.values()].filter((lookedUp) => !lookedUp).length
  const missing = readings.filter((reading) => reading !== undefined && reading !== 'read')
  const heard = readings.filter((reading) => reading === 'read').length
  const silent = heard === 0 && unread === relations.size
  return {
    warehouse: silent ? 'not-asked' : heard === 2 && unread === 0 ? 'asked' : 'partly',
    missing: unread === 0 ? missing : [...missing, { what: 'relations', count: unread }],
  }
}

const READ: ReadonlySet<string> = new Set([
  'dev.clyra.anchor.provisional.v1',
  'dev.clyra.anchor.confirmed.v1',
  'dev.clyra.anchor.contradicted.v1',
])
