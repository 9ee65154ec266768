import { fromHex } from './bytes.js'
import {
  checkCompleteRun,
  checkExternalArtifacts,
  checkFreshness,
  checkHeld,
  checkIdentity,
  checkLaterKeys,
  checkRunDemands,
  checkWarehouse,
  keysKnownTo,
} from './demands.js'
import type { Documents } from './documents.js'
import { type Examination, examine } from './examination.js'
import { judgeLater, type LaterJudgement, readLaterKeys } from './later-keys.js'
import { type Demands, readDemands, type VerifyBundleOptions } from './options.js'
import { type ProvedBundle, proveBundle } from './prove-bundle.js'
import type { Description, VerifyResult } from './result.js'
import { usedKeys } from './signers.js'
import { SPEC, STAGES } from './spec.generated.js'

/** The checks of a bundle in the order in which they are reported; what a caller demands is added behind. */
const PLAN = [...STAGES.slice(0, 4), 'trust', ...STAGES.slice(4, -1), 'projections', 'report']

/**
 * Verifies an evidence bundle (DEF or PEF), offline and without trust in who made it.
 *
 * Runs the stages of `spec/bundle/SPEC.md` in their order; the first INVALID finding ends the run. Resolves with the result
 * whatever the bytes are; rejects with VerifyUsageError only where the caller's own options cannot be used.
 *
 * @example
 * const result = await verifyBundle(bytes, { trust: ['example.org+1234abcd+AQ...'] })
 * if (result.verdict !== 'VALID') throw new Error(`${result.verdict} (${result.code})`)
 */
export async function verifyBundle(bytes: Uint8Array, options: VerifyBundleOptions = {}): Promise<VerifyResult> {
  const demands = readDemands(options)
  const sources = await Promise.all((options.keys ?? []).map((source) => readLaterKeys(source, demands.pins)))
  const judge = (documents: Documents) => sources.map((source) => judgeLater(source, documents))
  return examine(PLAN, async (examination) => {
    const bundle = await proveBundle(examination, bytes, demands.pins, (documents) =>
      judge(documents).flatMap((later) => (later.result === 'used' ? later.keys : [])),
    )
    const later = judge(bundle.documents)
    sayWhatWasNotChecked(examination, bundle)
    await checkDemands(examination, demands, options, bundle, later)
    return describe(bundle, later)
  })
}

function sayWhatWasNotChecked(examination: Examination, { documents, facts }: ProvedBundle): void {
  const { archive, manifest } = documents
  if (manifest.demonstration) examination.warn('RECORDED_DEMONSTRATION', `run ${manifest.run.id}`)
  for (const stream of facts.late) examination.warn('LINK_AFTER_CLOSE', stream)
  if (facts.redacted) examination.warn('VALUES_REDACTED', `run ${manifest.run.id}`)
  examination.pass('openings', `${facts.sealed} sealed values, ${facts.opened} opened`)
  examination.notRun('projections', 'digests of folded states are attested; a replay with the program checks them')
  examination.notRun('report', archive.has('report.html') ? NOT_COMPARED : 'the bundle has no report.html')
  for (const file of SPEC.files.notYetChecked) {
    if (!archive.has(file)) continue
    examination.notRun(file, 'this verifier does not read it yet')
    examination.warn('FILE_NOT_CHECKED', file)
  }
}

const NOT_COMPARED =
  'report.html: signed, not compared with the records; clyra replay --bundle renders it again and compares'

/** What the caller demands, in the order of the table of codes. */
async function checkDemands(
  examination: Examination,
  demands: Demands,
  options: VerifyBundleOptions,
  { documents, facts }: ProvedBundle,
  later: readonly LaterJudgement[],
): Promise<void> {
  const { manifest } = documents
  const newer = later.flatMap((one) => (one.result === 'used' && one.root !== undefined ? one : []))
  const ledger = {
    origin: manifest.origin,
    genesis: manifest.genesis,
    size: manifest.size,
    recordedat: manifest.completeAsOf.recordedat,
    rootAt: (size: number) =>
      size === manifest.size ? fromHex(manifest.root, 32) : newer.find((one) => one.size === size)?.root,
  }
  await checkIdentity(examination, demands, ledger)
  await checkRunDemands(examination, options, documents)
  await checkExternalArtifacts(examination, options, documents)
  checkHeld(examination, demands, ledger)
  checkLaterKeys(examination, demands, ledger, later)
  checkCompleteRun(examination, options, documents)
  checkWarehouse(examination, options, facts.story.voices?.warehouse)
  checkFreshness(examination, demands, ledger)
}

function describe(
  { documents, facts, signers, trusted, evidence }: ProvedBundle,
  later: readonly LaterJudgement[],
): Description {
  const { manifest, records } = documents
  const { position, recordedat } = manifest.completeAsOf
  return {
    profile: manifest.profile,
    ledger: { origin: manifest.origin, genesis: manifest.genesis },
    size: String(manifest.size),
    root: manifest.root,
    run: { ...manifest.run, outcome: facts.story.outcome, voices: facts.story.voices },
    completeAsOf: { position: String(position), recordedat },
    streams: 'claimed',
    issuance: 'not-proved',
    witnessed: false,
    timestamped: false,
    redacted: facts.redacted,
    records: records.length,
    keys: usedKeys(signers, trusted, evidence),
    keysAsOf: String(keysKnownTo(manifest.size, later)),
  }
}
