import type { DraftEvent } from '../../src/events/index.js'
import { Sealable } from '../../src/events/index.js'

type Data = DraftEvent<'dev.clyra.dbt.statement.executed.v1'>['data']

/** A `dbt.statement.executed` record with its text in clear. */
export interface StatementRecord extends Omit<Data, 'text'> {
  readonly text: string | null
}

/** The statement records of drafts, whose texts are not sealed yet. */
export function recordsOfDrafts(events: readonly DraftEvent[]): StatementRecord[] {
  return events.flatMap((event) => {
    if (event.type !== 'dev.clyra.dbt.statement.executed.v1') return []
    const { text } = event.data
    if (text !== null && !(text instanceof Sealable)) throw new Error('the text of a draft is sealed already')
    return [{ ...event.data, text: typeof text?.value === 'string' ? text.value : null }]
  })
}
