import type { DraftEvent, EventData } from '../../../src/events/index.js'
import { draftOf, SOURCES } from './drafts.js'
import { label } from './text.js'

type Data = EventData['dev.clyra.run.left-out.v1']

/** Something that lay with the run's files and is not in the record. */
export interface LeftOut {
  readonly source: Data['source']
  /** The file's name without its folders, or a member's. */
  readonly name: string
  readonly reason: Data['reason']
  /** How many lines, statements or members, where a count means something. */
  readonly count: number | null
}

/** One event for each: by name and count, never by content. */
export function leftOutDraft(
  run: string,
  { source, name, reason, count }: LeftOut,
  time: string | null,
): DraftEvent<'dev.clyra.run.left-out.v1'> {
  // The count is part of the key: another reading of a file that has grown says something else.
  const key = `left-out/${source}/${reason}/${name}/${count ?? '-'}`
  const data = { run, source, name: label(name) ?? source, reason, count }
  return draftOf(run, SOURCES.run, key, 'dev.clyra.run.left-out.v1', time, data)
}
