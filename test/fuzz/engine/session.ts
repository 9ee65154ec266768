import { examine, type Verdict } from './examine.js'
import { Inputs } from './inputs.js'
import { minimise } from './minimise.js'
import type { Target } from './target.js'

export interface Finding extends Verdict {
  readonly target: string
  readonly seed: number
  /** Which input of (seed, target) it is; -1 for one that was handed in. */
  readonly iteration: number
  readonly input: string
  readonly minimised: string
}

export interface Counts {
  readonly target: string
  readonly executions: number
  readonly accepted: number
  readonly refused: number
  readonly findings: readonly Finding[]
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>
  readonly milliseconds: number
}

export interface SessionOptions {
  readonly seed: number
  readonly milliseconds: number
  /** Findings after which it stops. */
  readonly most: number
  /** Told before each input, so that whoever watches knows which one a reader hangs on or dies of. */
  readonly onInput: (iteration: number) => void
  readonly from?: number
  /** Steps that making a finding smaller may take. Default 3,000. */
  readonly minimising?: number
  readonly maxExecutions?: number
}

/** A target gets at least so many inputs, unless they take a minute more than its time. */
const LEAST = 60
const MOST_WAIT_MS = 60_000

/** Runs one target for some time. Findings of the same kind and saying are kept once. */
export async function fuzzTarget(target: Target, options: SessionOptions): Promise<Counts> {
  const {
    seed,
    milliseconds,
    most,
    onInput,
    from = 0,
    minimising = 3000,
    maxExecutions = Number.MAX_SAFE_INTEGER,
  } = options
  const inputs = new Inputs(target, seed)
  const findings = new Map<string, Finding>()
  const codes = new Map<string, number>()
  let executions = 0
  let acceptedCount = 0
  const start = performance.now()
  for (let i = from; executions < maxExecutions && findings.size < most; i++) {
    // On a machine that is busy with other things the time may pass without a reading.
    const elapsed = performance.now() - start
    if (elapsed > milliseconds && (executions >= LEAST || elapsed > milliseconds + MOST_WAIT_MS)) break
    onInput(i)
    const bytes = inputs.at(i)
    const { outcome, verdict } = await examine(target, bytes)
    executions++
    if (outcome.accepted) acceptedCount++
    else codes.set(outcome.code, (codes.get(outcome.code) ?? 0) + 1)
    if (verdict === undefined) continue
    const key = `${verdict.kind} ${verdict.kind === 'reads-another-value' ? '' : verdict.says}`
    if (findings.has(key)) continue
    const small = await minimise(target, bytes, verdict, minimising)
    findings.set(key, {
      ...verdict,
      target: target.name,
      seed,
      iteration: i,
      input: Buffer.from(bytes).toString('base64'),
      minimised: Buffer.from(small).toString('base64'),
    })
  }
  return {
    target: target.name,
    executions,
    accepted: acceptedCount,
    refused: executions - acceptedCount,
    findings: [...findings.values()],
    codes: Object.fromEntries([...codes].sort(([a], [b]) => (a < b ? -1 : 1))),
    milliseconds: Math.round(performance.now() - start),
  }
}
