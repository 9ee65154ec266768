import { type DraftEvent, type EncryptedValue, type EventInput, encryptValue, seal } from '../../events/index.js'

/** Sealed events with the values that they promise, encrypted. Nothing in clear text is left. */
export interface SealedDrafts {
  readonly events: readonly EventInput[]
  readonly values: readonly EncryptedValue[]
}

export type Sealer = (drafts: readonly DraftEvent[]) => SealedDrafts

/** Seals drafts under one subject key. Without `keepValues` the values are committed to and then forgotten. */
export function createSealer(subjectKey: Uint8Array, keepValues: boolean): Sealer {
  return (drafts) => {
    const sealed = drafts.map((draft) => seal(subjectKey, draft))
    return {
      // A sealed event of a known type is an EventInput with a narrower `data`.
      events: sealed.map(({ event }) => event as EventInput),
      values: keepValues ? sealed.flatMap(({ openings }) => openings.map((one) => encryptValue(subjectKey, one))) : [],
    }
  }
}

/**
 * The same one by one, when they are taken and each time that they are: of a run of hundreds of thousands of events
 * neither the sealed ones nor their values are kept beside the drafts. Sealing again gives the same.
 */
export function sealedOnTheWay(
  subjectKey: Uint8Array,
  keepValues: boolean,
  drafts: readonly DraftEvent[],
): { events(): Iterable<EventInput>; values(): Iterable<EncryptedValue> } {
  return {
    *events() {
      for (const draft of drafts) yield seal(subjectKey, draft).event as EventInput // as above
    },
    *values() {
      if (!keepValues) return
      for (const draft of drafts)
        for (const opening of seal(subjectKey, draft).openings) yield encryptValue(subjectKey, opening)
    },
  }
}
