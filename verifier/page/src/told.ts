import type { Check, Verdict, VerifyResult } from '../../ts/src/index.js'
import { factsOf, meaningOf, sentenceOf, verdictLine } from '../../ts/src/render.js'
import { WARNINGS } from '../../ts/src/spec.generated.js'

/** A result in the words that the page shows; none of them is markup. */
export interface Told {
  readonly verdict: Verdict
  readonly code: string
  /** What must never be overlooked beside the verdict; empty where there is nothing. */
  readonly beside: string
  /** What the code means. */
  readonly meaning: string
  readonly checks: readonly { readonly name: string; readonly result: Check['result']; readonly says: string }[]
  readonly facts: readonly (readonly string[])[]
  readonly warnings: readonly string[]
  /** The result as programs get it. */
  readonly json: string
}

export function tell(result: VerifyResult): Told {
  const { verdict, code, checks, warnings } = result
  return {
    verdict,
    code,
    beside: verdictLine(result).split(' - ').slice(1).join('; '),
    meaning: meaningOf(result),
    checks: checks.map((check) => ({ name: check.name, result: check.result, says: saidOf(check) })),
    facts: factsOf(result),
    warnings: warnings.map(({ code, detail }) => `${WARNINGS[code]} (${detail})`),
    json: JSON.stringify(result, null, 2),
  }
}

const saidOf = (check: Check): string =>
  check.result === 'not-run' && check.detail === null ? 'an earlier check has ended it' : sentenceOf(check)
