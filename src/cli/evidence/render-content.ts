import { defProjection } from '../../../projections/def/index.js'
import { runProjection } from '../../../projections/run/index.js'
import { type JsonValue, utf8 } from '../../canonical/index.js'
import type { Projection } from '../../events/index.js'
import type { BundleContent, BundleOpening, CollectedEvidence, ProjectionDigest } from '../../evidence/index.js'
import { foldRecords, stateDigest } from '../../projector/index.js'
import { reportPage } from './report-page.js'

/**
 * What the projections add to a bundle: their digests over its records, and the report. A pure function of the
 * evidence, so that `replay` makes the same bytes again.
 */
export function renderContent(
  evidence: CollectedEvidence,
  embed: ReadonlyMap<string, Uint8Array> = new Map(),
  openings: readonly BundleOpening[] = [],
): BundleContent {
  const { run, records, checkpoint } = evidence
  const def = foldRecords(defProjection, run, records)
  const ofRun = foldRecords(
    runProjection,
    run,
    records.filter((record) => record.event.stream === `run-${run}`),
  )
  return {
    projections: [digestOf(defProjection, def), digestOf(runProjection, ofRun)],
    report: utf8(reportPage(def, { checkpoint, embedded: embed.keys(), openings })),
    embed,
    openings,
  }
}

function digestOf<State extends JsonValue>(projection: Projection<State>, state: State): ProjectionDigest {
  return { name: projection.name, version: projection.version, digest: stateDigest(state).digest }
}
