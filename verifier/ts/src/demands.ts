import { equalBytes, hex } from './bytes.js'
import type { Documents } from './documents.js'
import type { Examination } from './examination.js'
import type { LaterJudgement } from './later-keys.js'
import type { Demands, VerifyBundleOptions } from './options.js'
import { Refusal } from './refusal.js'
import { sha256Large } from './sha256.js'
import { SPEC } from './spec.generated.js'
import type { WarehouseHeard } from './warehouse-heard.js'

/** The ledger that was proved, for the demands that bundles and logs share. */
export interface ProvedLedger {
  readonly origin: string
  readonly genesis: string
  readonly size: number
  /** `recordedat` of the newest record. */
  readonly recordedat: string
  /** The root at `size`, where it is known; a bundle knows one, a log all up to its own. */
  rootAt(size: number): Uint8Array | undefined
}

export async function checkIdentity(examination: Examination, demands: Demands, ledger: ProvedLedger): Promise<void> {
  if (demands.origin !== undefined) {
    await examination.stage('origin', () => {
      if (demands.origin !== ledger.origin) throw new Refusal('OTHER_ORIGIN', `this is ${ledger.origin}`)
    })
  }
  if (demands.genesis !== undefined) {
    await examination.stage('genesis', () => {
      if (demands.genesis !== ledger.genesis) throw new Refusal('OTHER_GENESIS', `this is ${ledger.genesis}`)
    })
  }
}

/** Checkpoints that the caller holds: another root for one size means that the ledger has shown two histories. */
export function checkHeld(examination: Examination, demands: Demands, ledger: ProvedLedger): void {
  if (demands.held.length === 0) return
  let compared = 0
  let diverged: string | undefined
  for (const { origin, size, root } of demands.held) {
    const mine = origin === ledger.origin ? ledger.rootAt(size) : undefined
    if (mine === undefined) examination.warn('CHECKPOINT_NOT_COMPARED', `origin ${origin}, size ${size}`)
    else if (equalBytes(mine, root)) compared++
    else diverged ??= `size ${size}: ${hex(mine)} here, ${hex(root)} held`
  }
  if (diverged !== undefined) examination.fail('checkpoints', 'ROOT_DIVERGED', diverged)
  else if (compared === demands.held.length) examination.pass('checkpoints', `${compared} compared`)
  else examination.notRun('checkpoints', `${compared} of ${demands.held.length} could be compared`)
}

/** The size of log up to which the state of the keys was asked. */
export function keysKnownTo(size: number, later: readonly LaterJudgement[]): number {
  return later.reduce((most, one) => (one.result === 'used' ? Math.max(most, one.size) : most), size)
}

/**
 * What the caller knows of the ledger beyond this bundle. A checkpoint of a larger size shows that the ledger went on:
 * whether it has called a key compromised since, only its later key records say. They must reach that far, fit this bundle, and
 * come from sound evidence; the stages `keys` and `dsse` have then judged by them.
 */
export function checkLaterKeys(
  examination: Examination,
  demands: Demands,
  ledger: ProvedLedger,
  later: readonly LaterJudgement[],
): void {
  const name = 'later-keys'
  const known = keysKnownTo(ledger.size, later)
  const held = demands.held.filter(({ origin }) => origin === ledger.origin)
  const beyond = held.reduce((most, { size }) => Math.max(most, size), 0)
  const diverged = later.find(({ result }) => result === 'diverged')
  const unusable = later.find(({ result }) => result === 'unusable')
  if (diverged?.result === 'diverged') examination.fail(name, 'ROOT_DIVERGED', diverged.detail)
  else if (unusable?.result === 'unusable') examination.fail(name, 'KEYS_MAY_HAVE_CHANGED', unusable.detail)
  else if (beyond > known) {
    const detail = `the log has reached size ${beyond}, its keys are known up to ${known}; a bundle as new as that tells (--keys)`
    examination.fail(name, 'KEYS_MAY_HAVE_CHANGED', detail)
  } else if (later.some(({ result }) => result === 'used')) examination.pass(name, `known up to size ${known}`)
  else if (later.length > 0) examination.notRun(name, 'the key records given are of another ledger')
}

export function checkFreshness(examination: Examination, demands: Demands, ledger: ProvedLedger): void {
  const { minSize, maxAge, now } = demands
  if (minSize !== undefined) {
    if (BigInt(ledger.size) < minSize) examination.fail('min-size', 'SIZE_TOO_SMALL', `${ledger.size} < ${minSize}`)
    else examination.pass('min-size')
  }
  if (maxAge !== undefined) {
    const age = (now.getTime() - Date.parse(ledger.recordedat)) / 1000
    const detail = `newest record: ${ledger.recordedat}`
    if (age > maxAge) examination.fail('max-age', 'TOO_OLD', detail)
    else if (age < -SPEC.limits.futureToleranceSeconds) examination.fail('max-age', 'RECORDED_IN_FUTURE', detail)
    else examination.pass('max-age', detail)
  }
}

export async function checkRunDemands(
  examination: Examination,
  options: VerifyBundleOptions,
  { manifest }: Documents,
): Promise<void> {
  if (options.run === undefined) return
  await examination.stage('run', () => {
    if (options.run !== manifest.run.id) throw new Refusal('OTHER_RUN', `this is ${manifest.run.id}`)
  })
}

export function checkCompleteRun(
  examination: Examination,
  options: VerifyBundleOptions,
  { manifest }: Documents,
): void {
  const { completeness, reasons } = manifest.run
  const detail = completeness === 'complete' ? null : `${completeness}: ${reasons.join(', ')}`
  if (detail !== null) examination.warn('RUN_NOT_COMPLETE', detail)
  if (options.requireCompleteRun !== true) return
  if (detail === null) examination.pass('complete-run')
  else examination.fail('complete-run', 'RUN_NOT_COMPLETE', detail)
}

/** The warehouse's own voice: a warning where it was not heard, and not VALID where the caller asks for it. Undefined where there is none to hear. */
export function checkWarehouse(
  examination: Examination,
  options: VerifyBundleOptions,
  heardOf: WarehouseHeard | undefined,
): void {
  if (heardOf === undefined) {
    if (options.requireWarehouse === true) {
      examination.fail('warehouse', 'WAREHOUSE_NOT_ASKED', 'a run of this profile asks no warehouse')
    }
    return
  }
  const { completeness, reasons } = heardOf
  const heard = completeness === 'asked' || completeness === 'not-needed'
  const detail = reasons.length === 0 ? completeness : `${completeness}: ${reasons.join(', ')}`
  if (!heard) examination.warn('WAREHOUSE_NOT_ASKED', detail)
  if (options.requireWarehouse !== true) return
  if (heard) examination.pass('warehouse', detail)
  else examination.fail('warehouse', 'WAREHOUSE_NOT_ASKED', detail)
}

/** Artefacts outside the bundle: what the caller has is checked, what is absent is said. */
export async function checkExternalArtifacts(
  examination: Examination,
  options: VerifyBundleOptions,
  { manifest }: Documents,
): Promise<void> {
  const name = 'external-artifacts'
  let [found, total] = [0, 0]
  await examination.stage(name, async (offences) => {
    for (const external of manifest.external) {
      total++
      const bytes = await options.artifacts?.(external.sha256)
      if (bytes === undefined) continue
      found++
      if (bytes.length !== external.size || hex(await sha256Large(bytes)) !== external.sha256) {
        offences.add('ARTIFACT_MISMATCH', 'has another digest or size', { file: external.sha256 })
      }
    }
  })
  const detail = `${found} of ${total} at hand`
  if (found === total) examination.pass(name, total === 0 ? 'none' : detail)
  else if (options.requireArtifacts === true) examination.fail(name, 'ARTIFACTS_MISSING', detail)
  else {
    examination.notRun(name, detail)
    examination.warn('EXTERNAL_ARTIFACTS_NOT_CHECKED', detail)
  }
}
