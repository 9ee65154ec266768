import * as z from 'zod'
import type { DraftEvent, EventData } from '../../../src/events/index.js'
import {
  completedDraft,
  count,
  draftOf,
  engineOf,
  fraction,
  label,
  noFacts,
  SOURCES,
  sealedText,
  startedDraft,
  utc,
} from '../drafts/index.js'
import { nodeStatus, statusCounts } from '../expectations/index.js'
import { type Answered, responseDraft } from './adapter-response.js'
import { type ArtifactHead, artifactMetadata, headOf, parseArtifact } from './artifact-json.js'
import type { Manifest } from './manifest.js'

export type FreshnessEvent = DraftEvent<'dev.clyra.dbt.source.freshness.v1'>
type Data = EventData['dev.clyra.dbt.source.freshness.v1']

const text = z.string().nullish().catch(undefined)
const number = z.number().nullish().catch(undefined)
const threshold = z.object({ count: number, period: text }).nullish().catch(undefined)

const result = z.object({
  unique_id: z.string(),
  status: text,
  max_loaded_at: text,
  snapshotted_at: text,
  max_loaded_at_time_ago_in_s: number,
  criteria: z.object({ warn_after: threshold, error_after: threshold }).nullish().catch(undefined),
  execution_time: number,
  error: text,
  adapter_response: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

const sources = z.object({ metadata: artifactMetadata, results: z.array(result), elapsed_time: number })

/** `sources.json`, as far as evidence needs it. */
export interface SourcesJson extends ArtifactHead {
  readonly elapsedSeconds: string | null
  readonly rows: readonly z.infer<typeof result>[]
}

/** Reads sources.json (v3, of dbt 0.21 to 1.12 and the Rust engine). Throws DBT_ARTIFACT_INVALID, _UNSUPPORTED. */
export function readSourcesJson(bytes: Uint8Array): SourcesJson {
  const read = parseArtifact('sources.json', bytes, sources)
  const { results, elapsed_time: elapsed } = read.value
  return { ...headOf(read), elapsedSeconds: fraction(elapsed), rows: results }
}

/**
 * The claim voice about sources: what dbt wrote into sources.json, in its order. `alone`: no run_results tells of the
 * invocation, so that these records do.
 */
export function freshnessClaims(
  run: string,
  invocation: string,
  file: SourcesJson,
  alone: { readonly manifest: Manifest | null } | null,
): DraftEvent[] {
  const source = SOURCES.sources
  const drafts: DraftEvent[] = []
  if (alone !== null) {
    const { version, startedAt, generatedAt } = file
    drafts.push(
      startedDraft(run, source, 'claim', invocation, startedAt ?? generatedAt, {
        ...noFacts(),
        engine: engineOf(version),
        version,
        command: 'source freshness',
        project: alone.manifest?.project ?? null,
        adapter: alone.manifest?.adapter ?? null,
      }),
    )
  }
  for (const row of file.rows) {
    const node = label(row.unique_id) ?? 'unknown'
    const { execution_time: seconds, error } = row
    drafts.push(
      freshnessDraft(
        { run, source, time: file.generatedAt },
        {
          voice: 'claim',
          invocation,
          node,
          status: freshnessStatus(row.status),
          maxLoadedAt: utc(row.max_loaded_at),
          observedAt: utc(row.snapshotted_at),
          ageSeconds: fraction(row.max_loaded_at_time_ago_in_s),
          warnAfter: thresholdOf(row.criteria?.warn_after),
          errorAfter: thresholdOf(row.criteria?.error_after),
          executionSeconds: fraction(seconds),
          message: sealedText(error),
        },
      ),
    )
    const answered: Answered = {
      run,
      source,
      invocation,
      voice: 'claim',
      node,
      nth: 1,
      time: file.generatedAt,
      does: 'checks',
    }
    const response = responseDraft(answered, row.adapter_response)
    if (response !== null) drafts.push(response)
  }
  if (alone === null) return drafts
  const results = statusCounts(file.rows.map((row) => label(row.status) ?? 'unknown'))
  const end = { success: null, elapsedSeconds: file.elapsedSeconds, results }
  drafts.push(completedDraft(run, source, 'claim', invocation, file.generatedAt, end))
  return drafts
}

export function freshnessDraft(
  { run, source, time }: { readonly run: string; readonly source: string; readonly time: string | null },
  data: Omit<Data, 'message'> & { readonly message: ReturnType<typeof sealedText> },
): FreshnessEvent {
  const key = `${data.invocation}/${data.voice}/freshness/${data.node}`
  return draftOf(run, source, key, 'dev.clyra.dbt.source.freshness.v1', time, data)
}

export function freshnessStatus(value: unknown): Data['status'] {
  const status = nodeStatus(value)
  if (status === 'success') return 'pass'
  return status === 'pass' || status === 'warn' || status === 'error' || status === 'runtime-error' ? status : 'unknown'
}

function thresholdOf(value: z.infer<typeof threshold>): [string, string] | null {
  const many = count(value?.count)
  const period = label(value?.period)
  return many === null || period === null ? null : [many, period]
}
