import { type DraftEvent, voiceOfRecord } from '../../../src/events/index.js'
import { closeDbtRun, type SomeEvent } from '../reconcile/index.js'
import { type LastReading, lastReading } from './last-reading.js'
import { type FileVoice, planReread, type RereadPlan } from './plan-reread.js'
import { idInReading, rereadDrafts, STANDING } from './reread-drafts.js'
import { validEvents } from './valid-events.js'

export interface LaterReading {
  /** What is to be appended; none where the record is at least as whole. Some may be known already. */
  readonly drafts: readonly DraftEvent[]
  /** Voices that were left as they are recorded, because the reading holds less of them. */
  readonly poorer: readonly FileVoice[]
  /** Where nothing is to be appended: what of the reading is recorded, each under its id there, to be compared. */
  readonly recorded: readonly DraftEvent[]
}

/**
 * What a reading adds to a run that is recorded: the rest of a reading that a crash cut off, or a later reading of the
 * voices that it holds more of, or nothing. `recorded`: all records of the run, in their order; `read`: the drafts of
 * the reading, without findings and the closing record. Pure: the same again gives the same drafts.
 */
export function laterReading(run: string, recorded: readonly SomeEvent[], read: readonly DraftEvent[]): LaterReading {
  const last = lastReading(recorded)
  const valid = validEvents(recorded)
  const resumed = last.closed ? null : restOf(run, last, read)
  if (resumed !== null) return { drafts: resumed, poorer: [], recorded: [] }
  const { plan: better, poorer, equal } = planReread(valid, read)
  const plan = better ?? (last.closed ? null : allOf(read))
  if (plan === null) return { drafts: [], poorer, recorded: asRecorded(run, last.reading, recorded, read, equal) }
  const drafts = rereadDrafts({ run, reading: last.reading + 1, plan, recorded: valid, read })
  return { drafts, poorer, recorded: [] }
}

/**
 * The drafts of voices that both hold alike, and the files that they were read from, under the ids that the last
 * reading which has them gave them.
 */
function asRecorded(
  run: string,
  readings: number,
  recorded: readonly SomeEvent[],
  read: readonly DraftEvent[],
  equal: readonly FileVoice[],
): DraftEvent[] {
  const ids = new Set(recorded.map(({ id }) => id))
  const found: DraftEvent[] = []
  for (const draft of read) {
    const voice = draft.type === CAPTURED ? 'claim' : voiceOfRecord(draft)
    if (!equal.some((one) => one === voice)) continue
    for (let reading = readings; reading > 0; reading--) {
      const id = idInReading(run, reading, draft)
      if (!ids.has(id)) continue
      found.push({ ...draft, id })
      break
    }
  }
  return found
}

const CAPTURED = 'dev.clyra.artifact.captured.v1'

/** The whole of the reading that was cut off, where what there is of it comes from these same files; else null. */
function restOf(run: string, { reading, plan, before, since }: LastReading, read: readonly DraftEvent[]) {
  const drafts =
    plan === null
      ? [...read, ...closeDbtRun(run, union(since, read))]
      : rereadDrafts({ run, reading, plan, recorded: validEvents(before), read })
  const ids = new Set(drafts.map(({ id }) => id))
  if (since.some((event) => isOfFiles(event) && !ids.has(event.id))) return null
  const known = new Set(since.map(({ id }) => id))
  return drafts.filter(({ type, id }) => !(STANDING.has(type) && known.has(id)))
}

/** The first reading's records: a wrapper's own (anchors, its exit) stand beside what the files say. */
function union(since: readonly SomeEvent[], read: readonly DraftEvent[]): SomeEvent[] {
  const ids = new Set(read.map(({ id }) => id))
  return [...since.filter(({ id }) => !ids.has(id)), ...read]
}

function isOfFiles({ data }: SomeEvent): boolean {
  // Holds: data of an admitted record is an object.
  const { voice } = data as { readonly voice?: string }
  return voice === 'claim' || voice === 'log'
}

/** A reading that was cut off and cannot be gone on with is begun anew: with all voices that are there now. */
function allOf(read: readonly DraftEvent[]): RereadPlan | null {
  const voices = (['log', 'claim'] as const).filter((voice) =>
    read.some(({ data }) => 'voice' in data && data.voice === voice),
  )
  return voices[0] === undefined ? null : { voices, because: `${voices[0]}-better` }
}
