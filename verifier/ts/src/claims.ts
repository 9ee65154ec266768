import { sameJson } from './canonical.js'
import type { Documents, Manifest } from './documents.js'
import { admit } from './json.js'
import { performanceOf } from './performance.js'
import type { LogRecord } from './record.js'
import { dataOf } from './record-data.js'
import type { Offences } from './refusal.js'
import { linksOf, profileOf, type RunStart, runStart, startOf } from './run-start.js'
import { type RunStory, runStory } from './run-story.js'
import { commitment, resolvePointer, sealedCommitment } from './sealed-values.js'
import { SPEC } from './spec.generated.js'

/** What the records say, beside what the manifest says. */
export interface RunFacts {
  /** A redaction record names the subject of the run. */
  readonly redacted: boolean
  readonly sealed: number
  readonly opened: number
  readonly story: RunStory
  /** The streams of links that were made after the run was closed, one for each. */
  readonly late: readonly string[]
}

/** Stage claims: the profile's streams are claimed, and every proved field of the manifest follows from the records. */
export function checkClaims(documents: Documents, offences: Offences): RunFacts {
  const { manifest, records } = documents
  const run = records.filter(({ stream }) => stream === runStream(manifest))
  const start = runStart(run)
  const { linked, late, unlinked } = linksOf(run)
  checkProfile(manifest, start, run, offences)
  for (const stream of unlinked) offences.add('LINK_MISSING', stream)
  checkClaimedStreams(manifest, linked, offences)
  checkCompleteAsOf(manifest, records.at(-1)!, offences)
  const story = runStory(run, manifest.profile)
  checkRun(manifest, start, story, offences)
  checkPerformance(manifest, run, offences)
  checkArtifacts(documents, run, offences)
  checkOpenings(documents, offences)
  const subjects = new Set(run.map((record) => startOf(record)?.subject))
  return {
    redacted: records.some((record) => {
      const redaction = dataOf(record, 'dev.clyra.ledger.redacted.v1')
      return redaction !== undefined && subjects.has(redaction.subject)
    }),
    sealed: records.reduce((sum, record) => sum + record.sealed, 0),
    opened: documents.openings.length,
    story,
    late,
  }
}

export const runStream = (manifest: Manifest): string => `${SPEC.claims.runStream}${manifest.run.id}`

function checkProfile(
  { profile }: Manifest,
  start: RunStart | undefined,
  run: readonly LogRecord[],
  offences: Offences,
): void {
  const own = profileOf(start, run)
  if (own !== profile) offences.add('PROFILE_MISMATCH', `a run of ${start?.tool ?? 'no tool'} is of the profile ${own}`)
}

function checkClaimedStreams(manifest: Manifest, linked: ReadonlySet<string>, offences: Offences): void {
  const required = new Set<string>([runStream(manifest), ...SPEC.claims.always, ...linked])
  const claimed = new Set(manifest.claims.map(({ stream }) => stream))
  for (const stream of required) if (!claimed.has(stream)) offences.add('CLAIM_MISSING', stream)
  for (const stream of claimed) if (!required.has(stream)) offences.add('CLAIM_UNEXPECTED', stream)
}

function checkCompleteAsOf({ completeAsOf, size }: Manifest, last: LogRecord, offences: Offences): void {
  if (completeAsOf.position !== size - 1 || completeAsOf.recordedat !== last.recordedat) {
    offences.add('COMPLETE_AS_OF_MISMATCH', `the heads record is at ${size - 1}, recorded ${last.recordedat}`)
  }
}

function checkRun(
  manifest: Manifest,
  started: RunStart | undefined,
  { completeness, reasons }: RunStory,
  offences: Offences,
): void {
  if (completeness !== manifest.run.completeness || reasons.join() !== manifest.run.reasons.join()) {
    offences.add('RUN_COMPLETENESS_MISMATCH', `the records give ${completeness} [${reasons.join(', ')}]`)
  }
  if (manifest.demonstration !== (started?.demonstration ?? false)) {
    offences.add('DEMONSTRATION_MISMATCH', `the run says ${started?.demonstration ?? false}`)
  }
  if (!sameJson(manifest.governance, started?.governance ?? null)) {
    offences.add('GOVERNANCE_MISMATCH', 'governance is not that of the run')
  }
  if (manifest.policy !== (started?.policy ?? null)) offences.add('POLICY_MISMATCH', 'policy is not that of the run')
  if (manifest.payout !== undefined && !sameJson(manifest.payout, started?.payout ?? null)) {
    offences.add('PAYOUT_MISMATCH', 'payout is not that of the run')
  }
}

function checkPerformance({ performance }: Manifest, run: readonly LogRecord[], offences: Offences): void {
  if (performance === undefined) return
  const { observed, unlisted, kept, exceeded } = performance
  const told = { observed: [...observed], unlisted: String(unlisted), kept: String(kept), exceeded: String(exceeded) }
  if (!sameJson(told, performanceOf(run))) {
    offences.add('PERFORMANCE_MISMATCH', 'performance is not what the run’s records measured')
  }
}

/** What the run's records name is either embedded or listed as external; nothing else is either. */
function checkArtifacts(documents: Documents, run: readonly LogRecord[], offences: Offences): void {
  const named = new Map<string, number>()
  for (const record of run) {
    const captured = dataOf(record, 'dev.clyra.artifact.captured.v1')
    if (captured !== undefined) named.set(captured.sha256, captured.size)
  }
  const digests = new Map(documents.manifest.files.map(({ path, sha256 }) => [path, sha256]))
  for (const [name, bytes] of documents.artifacts) {
    const file = `artifacts/${name}`
    if (digests.get(file) !== name) offences.add('ARTIFACT_NAME_MISMATCH', 'does not have that SHA-256', { file })
    if (named.get(name) !== bytes.length)
      offences.add('ARTIFACT_NOT_NAMED', 'no record names it with that size', { file })
  }
  const external = [...named].filter(([sha256]) => !documents.artifacts.has(sha256))
  const listed = new Map(documents.manifest.external.map(({ sha256, size }) => [sha256, size]))
  if (listed.size !== external.length || external.some(([sha256, size]) => listed.get(sha256) !== size)) {
    offences.add('EXTERNAL_MISMATCH', `the records name ${external.length} artefacts that are not embedded`)
  }
}

function checkOpenings({ openings, proof, records }: Documents, offences: Offences): void {
  const byPosition = new Map(proof.positions.map((position, i) => [position, records[i]!]))
  for (const { position, pointer, salt, value } of openings) {
    const record = byPosition.get(position)
    const sealed = record && sealedCommitment(resolvePointer(admit(record.bytes), pointer))
    const where = { file: 'openings.json', position }
    if (record === undefined || sealed === undefined) offences.add('OPENING_TARGET_MISSING', pointer, where)
    else if (commitment(record.id, pointer, salt, value) !== sealed) offences.add('OPENING_MISMATCH', pointer, where)
  }
}
