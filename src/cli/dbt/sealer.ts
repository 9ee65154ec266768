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
