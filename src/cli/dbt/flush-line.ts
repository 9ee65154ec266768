import type { StatePlace } from '../config/find-state.js'
import { shellWord } from '../shell-word.js'

/** The command that brings a spool into the ledger of its project, where there is none yet with the one that makes it. */
export function flushLine(cwd: string, place: StatePlace | undefined, project: string): string {
  if (place?.source === 'flag') return `clyra spool flush --ledger ${shellWord(place.state)}`
  if (place !== undefined) return 'clyra spool flush'
  if (project === cwd) return 'clyra init && clyra spool flush'
  return `clyra init ${shellWord(project)} && clyra spool flush --ledger ${shellWord(project)}`
}
