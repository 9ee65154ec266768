import { type DraftEvent, type EventData, eventIdFor, type KnownType } from '../../src/events/index.js'

/** Whose word an event is: its CloudEvents `source`, and part of its id. */
const SOURCES = {
  anchor: 'urn:clyra:postgres:anchor',
  snapshot: 'urn:clyra:postgres:snapshot',
  relation: 'urn:clyra:postgres:relation',
} as const

/** A draft with the UUIDv8 of its source and `<run>/<key>`; `key` is made of ids only. Nothing in it is to be sealed. */
export function draftOf<T extends KnownType>(
  run: string,
  source: keyof typeof SOURCES,
  key: string,
  type: T,
  time: string,
  data: EventData[T],
): DraftEvent<T> {
  const event = {
    id: eventIdFor(SOURCES[source], `${run}/${key}`),
    source: SOURCES[source],
    type,
    time,
    runid: run,
    data,
  }
  // `data` is the data of exactly this `type`: the member of the union for T, which the compiler does not pick out.
  return event as unknown as DraftEvent<T>
}
