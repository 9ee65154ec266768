import { isValidAt, type Keys } from './keys.js'
import type { NoteKey } from './note.js'
import { keyId } from './public-key.js'
import { Offences, Refusal } from './refusal.js'
import type { Check, Description, VerifyResult, Warning } from './result.js'
import { CODES, type FaultCode, OK, STAGES, VERDICTS, type WarningCode } from './spec.generated.js'
import { judgeTrust, type Pin } from './trust.js'

const NOTHING: Description = {
  profile: null,
  ledger: null,
  size: null,
  root: null,
  run: null,
  completeAsOf: null,
  streams: null,
  issuance: 'not-proved',
  witnessed: false,
  timestamped: false,
  redacted: false,
  records: 0,
  keys: [],
  keysAsOf: null,
}

/**
 * Runs the stages and gives the result. The first stage with an INVALID finding ends the run and names the code; a
 * finding of another verdict never stops it. Without INVALID the worst verdict wins, and its earliest finding is the code.
 * `plan` names the checks in their order: those that were never reached are `not-run`.
 */
export async function examine(
  plan: readonly string[],
  body: (examination: Examination) => Promise<Description>,
): Promise<VerifyResult> {
  const examination = new Examination()
  try {
    return examination.conclude(await body(examination), plan)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return examination.refused(error, plan)
  }
}

export class Examination {
  readonly #checks = new Map<string, Check>()
  readonly #findings: FaultCode[] = []
  readonly #warnings: Warning[] = []
  #running = ''

  /** One stage or check: what `body` throws, or adds to the offences, is INVALID and ends the run. */
  async stage<T>(name: string, body: (offences: Offences) => T | Promise<T>): Promise<T> {
    this.#running = name
    const offences = new Offences()
    let value: T
    try {
      value = await body(offences)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      offences.take(error)
      throw offences.first
    }
    offences.settle()
    this.pass(name)
    return value
  }

  pass(name: string, detail: string | null = null): void {
    this.#checks.set(name, { name, result: 'pass', code: null, detail })
  }

  /** A finding of another verdict than INVALID: recorded, and the run goes on. */
  fail(name: string, code: FaultCode, detail: string): void {
    this.#findings.push(code)
    this.#checks.set(name, { name, result: 'fail', code, detail })
  }

  notRun(name: string, detail: string): void {
    this.#checks.set(name, { name, result: 'not-run', code: null, detail })
  }

  warn(code: WarningCode, detail: string): void {
    this.#warnings.push({ code, detail })
  }

  conclude(description: Description, plan: readonly string[]): VerifyResult {
    const code = [...this.#findings].sort(comparePlace)[0]
    return {
      verdict: code === undefined ? OK.verdict : CODES[code].verdict,
      code: code ?? OK.code,
      ...description,
      checks: this.#inOrder(plan),
      warnings: this.#warnings,
    }
  }

  refused(refusal: Refusal, plan: readonly string[]): VerifyResult {
    const { file, position } = refusal.where
    const place = [file, position === undefined ? undefined : `record ${position}`].filter((part) => part !== undefined)
    const detail = [...place, refusal.message].join(': ')
    this.#checks.set(this.#running, { name: this.#running, result: 'fail', code: refusal.code, detail })
    return {
      verdict: 'INVALID',
      code: refusal.code,
      ...NOTHING,
      checks: this.#inOrder(plan),
      warnings: [],
    }
  }

  #inOrder(plan: readonly string[]): Check[] {
    const known = plan.map(
      (name) => this.#checks.get(name) ?? { name, result: 'not-run' as const, code: null, detail: null },
    )
    return [...known, ...[...this.#checks.values()].filter(({ name }) => !plan.includes(name))]
  }
}

/** Whether the caller has pinned a signer: says so as check `trust`, and gives the signers that are. */
export function judgePins(
  examination: Examination,
  signers: readonly NoteKey[],
  pins: readonly Pin[],
  origin: string,
  genesis: string,
): readonly NoteKey[] {
  const judgement = judgeTrust(signers, pins, origin, genesis)
  if ('code' in judgement) examination.fail('trust', judgement.code, judgement.detail)
  else examination.pass('trust', `pinned: ${idsOf(judgement.trusted)}`)
  return judgement.trusted
}

/**
 * The pinned signers that still count once the ledger's own word on its keys is known: one that was not valid at the
 * checkpoint's position, or is known as compromised since whenever, vouches for nothing.
 */
export function judgePinnedKeys(
  examination: Examination,
  pinned: readonly NoteKey[],
  keys: Keys,
  position: number,
): readonly NoteKey[] {
  const trusted = pinned.filter((pin) => {
    const state = keys.get(keyId(pin))
    return state !== undefined && isValidAt(state, position) && !state.compromised
  })
  if (trusted.length > 0) examination.pass('trust', `pinned: ${idsOf(trusted)}`)
  else if (pinned.length > 0) {
    examination.fail('trust', 'PINNED_KEY_REVOKED', `the ledger itself has revoked what was pinned: ${idsOf(pinned)}`)
  }
  return trusted
}

const idsOf = (keys: readonly NoteKey[]): string => keys.map(keyId).join(', ')

/** Worst verdict first; among findings of one verdict the one of the earliest stage and check. */
function comparePlace(a: FaultCode, b: FaultCode): number {
  const place = (code: FaultCode) => {
    const { verdict, stage, order } = CODES[code]
    return [VERDICTS.indexOf(verdict), STAGES.indexOf(stage), order] as const
  }
  const [mine, other] = [place(a), place(b)]
  return mine[0] - other[0] || mine[1] - other[1] || mine[2] - other[2]
}
