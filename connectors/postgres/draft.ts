import { type CurrentType, type DraftData, type DraftEvent, type EventData, runDraft } from '../../src/events/index.js'

/** Whose word an event is: its CloudEvents `source`, and part of its id. */
const SOURCES = {
  anchor: 'urn:clyra:postgres:anchor',
  snapshot: 'urn:clyra:postgres:snapshot',
  relation: 'urn:clyra:postgres:relation',
} as const

/** A draft of one of these sources; nothing in it is to be sealed. */
export function draftOf<T extends CurrentType>(
  run: string,
  source: keyof typeof SOURCES,
  key: string,
  type: T,
  time: string,
  data: DraftData<EventData[T]>,
): DraftEvent<T> {
  return runDraft(run, SOURCES[source], key, type, time, data)
}
