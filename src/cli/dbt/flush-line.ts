import { commandLine } from '../../errors/index.js'
import type { StatePlace } from '../../runtime/project/index.js'

/** The command that brings a spool into the ledger of its project, where there is none yet with the one that makes it. */
export function flushLine(cwd: string, place: StatePlace | undefined, project: string): string {
  if (place?.source === 'flag') return commandLine`clyra spool flush --ledger ${place.state}`
  if (place !== undefined) return 'clyra spool flush'
  if (project === cwd) return 'clyra init && clyra spool flush'
  return commandLine`clyra init ${project} && clyra spool flush --ledger ${project}`
}
