import {
  type CurrentType,
  type DraftData,
  type DraftEvent,
  type EventData,
  runDraft,
  toSeal,
} from '../../../src/events/index.js'
import { wellFormed } from './text.js'

/** Which source an event was read from: its CloudEvents `source`, and part of its id. */
export const SOURCES = {
  run: 'urn:clyra:dbt:run',
  log: 'urn:clyra:dbt:log',
  otel: 'urn:clyra:dbt:otel',
  queryLog: 'urn:clyra:dbt:query-log',
  manifest: 'urn:clyra:dbt:manifest',
  runResults: 'urn:clyra:dbt:run-results',
  sources: 'urn:clyra:dbt:sources',
  project: 'urn:clyra:dbt:project',
  reconcile: 'urn:clyra:dbt:reconcile',
} as const

/** The time of an event whose source holds none. Never the clock: reading twice must give the same bytes. */
export const NO_TIME = '1970-01-01T00:00:00Z'

/**
 * One draft with a deterministic id: UUIDv8 of source and `<run>/<key>`. `key` is made of ids and ordinals only.
 */
export function draftOf<T extends CurrentType>(
  run: string,
  source: string,
  key: string,
  type: T,
  time: string | null,
  data: DraftData<EventData[T]>,
): DraftEvent<T> {
  return runDraft(run, source, key, type, time ?? NO_TIME, data)
}

/** A text to be sealed; null where there is none. */
export function sealedText(value: unknown): ReturnType<typeof toSeal> | null {
  return typeof value === 'string' && value !== '' ? toSeal(wellFormed(value)) : null
}

/** True where the draft is of that type; narrows its data. */
export function isDraft<T extends CurrentType>(event: { readonly type: string }, type: T): event is DraftEvent<T> {
  return event.type === type
}
