import type { Check, Verdict } from '../../ts/src/index.js'

/** What a verdict means to who asked, in one sentence. */
export const SENTENCES: Readonly<Record<Verdict, string>> = {
  VALID: 'Every record in it is what that ledger signed, unchanged, and nothing that it claims to hold is left out.',
  UNTRUSTED: 'It fits together, but no key that you gave vouches for it: anyone can make a sound ledger.',
  DIVERGED: 'You hold a checkpoint of the same size with another root: the ledger told two stories.',
  INCOMPLETE: 'It is sound, but something that you asked for is not there.',
  STALE: 'It is sound, but not as recent as you asked for.',
  INVALID: 'Something in it does not hold. Nothing of what it says is shown.',
}

/** How a verdict and a check look: the mark differs in shape, not only in colour. */
export const LOOKS: Readonly<Record<Verdict, 'good' | 'warn' | 'bad'>> = {
  VALID: 'good',
  UNTRUSTED: 'warn',
  DIVERGED: 'bad',
  INCOMPLETE: 'warn',
  STALE: 'warn',
  INVALID: 'bad',
}

export const RESULTS: Readonly<Record<Check['result'], { readonly look: string; readonly word: string }>> = {
  pass: { look: 'good', word: 'passed' },
  fail: { look: 'bad', word: 'failed' },
  'not-run': { look: 'unknown', word: 'not run' },
}
