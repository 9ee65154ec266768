import { type Outcome, refused, type Target } from './target.js'

/** What is wrong with how a reader treats an input. */
export interface Verdict {
  readonly kind:
    | 'crash'
    | 'slow'
    | 'accepts-what-the-naive-refuses'
    | 'refuses-what-the-naive-accepts'
    | 'reads-another-value'
    | 'says-another-code'
  readonly says: string
}

/** Milliseconds that one input of at most 200,000 bytes may take, for the better of three attempts. */
export const LONGEST_MS = 400

interface Examined {
  readonly outcome: Outcome
  readonly verdict: Verdict | undefined
}

/** Holds the reader of a target against the naive one on one input. */
export async function examine(target: Target, bytes: Uint8Array): Promise<Examined> {
  const timed = await timedOutcome(target, bytes)
  if ('verdict' in timed) return timed
  const { outcome } = timed
  if (timed.ms > LONGEST_MS && (await again(target, bytes)) > LONGEST_MS) {
    return { outcome, verdict: { kind: 'slow', says: `${Math.round(timed.ms)} ms for ${bytes.length} bytes` } }
  }
  return { outcome, verdict: compare(outcome, target.naive(bytes), target.compareCodes === true) }
}

async function timedOutcome(
  target: Target,
  bytes: Uint8Array,
): Promise<Examined | { readonly outcome: Outcome; readonly ms: number }> {
  const start = performance.now()
  try {
    // A copy: a reader that writes into its input must not change what the naive one reads.
    return { outcome: await target.real(Uint8Array.from(bytes)), ms: performance.now() - start }
  } catch (error) {
    const says = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { outcome: refused('crash'), verdict: { kind: 'crash', says } }
  }
}

/** Processor time of the better of two more attempts: a pause of the machine is not the reader's. */
async function again(target: Target, bytes: Uint8Array): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 2; attempt++) {
    const start = process.cpuUsage()
    await target.real(Uint8Array.from(bytes))
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

function compare(real: Outcome, naive: Outcome, codes: boolean): Verdict | undefined {
  if (real.accepted && !naive.accepted) {
    return { kind: 'accepts-what-the-naive-refuses', says: `the naive reader says ${naive.code}` }
  }
  if (!real.accepted && naive.accepted) return { kind: 'refuses-what-the-naive-accepts', says: `it says ${real.code}` }
  if (real.accepted && naive.accepted && real.value !== naive.value) {
    return { kind: 'reads-another-value', says: `${real.value.slice(0, 200)} instead of ${naive.value.slice(0, 200)}` }
  }
  if (codes && !real.accepted && !naive.accepted && real.code !== naive.code) {
    return { kind: 'says-another-code', says: `${real.code} instead of ${naive.code}` }
  }
  return undefined
}
