import type { BundleState, BundleView } from '../projections/bundle/index.js'
import { isType, type StoredEvent, VOICED_TYPES } from '../src/events/index.js'
import type { Profile } from '../src/evidence/index.js'
import { DEF } from './def/index.js'
import { PEF } from './pef/index.js'
import type { RunMembers } from './run/index.js'

/** A profile of runs: whoever has one asks nothing of which. */
export type RunProfile = Profile<BundleState, BundleView, RunMembers>

export const PROFILES: readonly RunProfile[] = [DEF, PEF]

/** The profile that a manifest names; undefined for one that this program does not know. */
export function profileNamed(name: string): RunProfile | undefined {
  return PROFILES.find((profile) => profile.name === name)
}

/** Tools whose runs are of DEF, and the one of which the records decide (`profiles` in `spec/bundle/constants.json`). */
const DEF_TOOLS: readonly string[] = ['dbt']
const UNDECIDED = 'other'

/**
 * Of which profile a run is, by the tool that its start names; without a start it is one of DEF. `records`: those of the run's
 * stream, in their order; no more of them are read than decide. Specification: `spec/bundle/SPEC.md`, section 6.
 */
export async function profileOfRun(records: AsyncIterable<{ readonly event: StoredEvent }>): Promise<RunProfile> {
  let tool: string | undefined
  let ofDbt = false
  for await (const record of records) {
    if (isType(record, 'dev.clyra.run.started.v2')) tool ??= record.event.data.tool
    ofDbt ||= record.event.type.startsWith(VOICED_TYPES)
    if (tool !== undefined && (tool !== UNDECIDED || ofDbt)) break
  }
  if (tool === undefined || DEF_TOOLS.includes(tool)) return DEF
  return tool === UNDECIDED && ofDbt ? DEF : PEF
}
