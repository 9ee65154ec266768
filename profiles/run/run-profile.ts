import { isType, runStream } from '../../src/events/index.js'
import type { Profile } from '../../src/evidence/index.js'
import { claimedStreams } from './claimed-streams.js'

/** What every profile of a run has in common. */
export const RUN_PROFILE: Pick<Profile, 'stream' | 'claims' | 'subject' | 'artifacts' | 'newer'> = {
  stream: runStream,
  claims: claimedStreams,
  subject: (records) =>
    records.flatMap((record) => (isType(record, 'dev.clyra.run.started.v2') ? [record.event.data.subject] : []))[0],
  artifacts: (records) =>
    records.flatMap((record) => (isType(record, 'dev.clyra.artifact.captured.v1') ? [record.event.data] : [])),
  newer: ['payout', 'performance'],
}
