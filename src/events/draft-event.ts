import type { JsonValue } from '../canonical/index.js'
import type { EventInput } from './envelope.js'
import { eventIdFor } from './event-id.js'
import type { CurrentType, EventData, SealedValue } from './families/index.js'

/** A personal or secret value that must not enter the log in clear: `seal` puts its commitment in its place. */
export class Sealable {
  readonly value: JsonValue

  constructor(value: JsonValue) {
    this.value = value
  }
}

/** Marks a value of a draft event to be sealed. */
export function toSeal(value: JsonValue): Sealable {
  return new Sealable(value)
}

/** Data in which every sealed value may still be in clear, marked. */
export type DraftData<T> = T extends SealedValue ? SealedValue | Sealable : { [K in keyof T]: DraftData<T[K]> }

/** What a connector makes: `id` and `time` are fixed (so that a retry is the same event), values are not sealed yet. */
export type DraftEvent<T extends CurrentType = CurrentType> = {
  [K in T]: Omit<EventInput<K, EventData[K]>, 'data' | 'id' | 'time'> & {
    readonly id: string
    readonly time: string
    readonly data: DraftData<EventData[K]>
  }
}[T]

/**
 * A draft of a run's stream with the UUIDv8 of its source and `<run>/<key>`; `key` is made of ids and ordinals only.
 */
export function runDraft<T extends CurrentType>(
  run: string,
  source: string,
  key: string,
  type: T,
  time: string,
  data: DraftData<EventData[T]>,
): DraftEvent<T> {
  const event = { id: eventIdFor(source, `${run}/${key}`), source, type, time, runid: run, data }
  // `data` is DraftData of exactly this `type`: the member of the union for T, which the compiler does not pick out.
  return event as unknown as DraftEvent<T>
}

/** A draft after sealing: ready to be appended, spooled or prepared. */
export type SealedEvent<T extends CurrentType = CurrentType> = {
  [K in T]: EventInput<K, EventData[K]> & { readonly id: string; readonly time: string }
}[T]
