import type { CurrentType, EventData } from '../../src/events/families/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import type { Fresh } from './fresh.js'

/** One record of a known type, with the place it stands at as the state spells it. */
export type Of<T extends CurrentType> = {
  readonly data: EventData[T]
  /** Decimal. */
  readonly position: string
  readonly record: LedgerRecord
  /** What this folding made, and may change. */
  readonly fresh: Fresh
}
