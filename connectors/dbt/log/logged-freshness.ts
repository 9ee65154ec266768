import { type FreshnessEvent, freshnessDraft, freshnessStatus } from '../artifacts/index.js'
import { fraction, sealedText, utc } from '../drafts/index.js'
import type { LogLine } from './log-line.js'

/** The log's word on a source (`NodeFinished`): its status; ages and thresholds are only in sources.json. */
export function loggedFreshness(
  place: { readonly run: string; readonly source: string; readonly invocation: string },
  node: string,
  line: LogLine,
): FreshnessEvent {
  const { run_result: run } = line.data
  return freshnessDraft(
    { ...place, time: utc(line.info.ts) },
    {
      voice: 'log',
      invocation: place.invocation,
      node,
      status: freshnessStatus(run?.status ?? line.data.node_info?.node_status),
      maxLoadedAt: null,
      observedAt: null,
      ageSeconds: null,
      warnAfter: null,
      errorAfter: null,
      executionSeconds: fraction(run?.execution_time),
      message: sealedText(run?.message),
    },
  )
}
