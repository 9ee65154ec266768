import { runStartedDraft } from '../../../connectors/dbt/index.js'
import type { DraftEvent } from '../../events/index.js'
import type { Settings } from '../../runtime/project/index.js'

export interface StartedRun {
  readonly run: string
  readonly subject: string
  readonly capture: 'wrapper' | 'ingest'
  readonly demonstration: boolean
  /** When it started, as far as the capture knows. */
  readonly time: string
  readonly settings: Settings
  /** SHA-256 of the policy file in force. */
  readonly policy: string | null
  readonly version: string
}

/** The first record of a run: what it is, under which key its values are sealed, and the metadata of the settings. */
export function startedRun(started: StartedRun): DraftEvent<'dev.clyra.run.started.v2'> {
  const { run, subject, capture, demonstration, settings, policy } = started
  return runStartedDraft(run, started.time, {
    subject,
    capture,
    demonstration,
    governance: {
      job_id: settings.jobId.value,
      service_id: settings.serviceId.value,
      pipeline_id: settings.pipelineId.value,
      agent_id: settings.agentId.value,
      runtime_versions: [['clyra', started.version]],
      schema_versions: [],
    },
    payout: {
      run_id: run,
      actor_id: settings.actorId.value,
      asset_id: settings.assetId.value,
      change_intent: settings.changeIntent.value,
      business_metric_refs: [...settings.businessMetricRefs.value],
      payout_ref: settings.payoutRef.value,
      currency: settings.currency.value,
    },
    policy,
  })
}
