import type { DraftEvent } from '../../../src/events/index.js'
import { RUN } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { createDbtLogReader } from './dbt-log-reader.js'
import type { LogReaderOptions } from './log-reader.js'

export const KEY = new Uint8Array(32).fill(7)
export const MODEL = 'model.shop.orders'

export function read(lines: readonly string[], options: Partial<LogReaderOptions> = {}): DraftEvent[] {
  const reader = createDbtLogReader({ run: RUN, fingerprintKey: KEY, ...options })
  return [...lines.flatMap((line) => reader.push(line)), ...reader.end()]
}

export function statements(events: readonly DraftEvent[]) {
  return events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.statement.executed.v1') ? [event.data] : []))
}

export function reasons(events: readonly DraftEvent[]) {
  return events.flatMap((event) =>
    isDraft(event, 'dev.clyra.run.gap.v1') ? [[event.data.reason, event.data.count]] : [],
  )
}
