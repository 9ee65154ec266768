import { examine, type Verdict } from './examine.js'
import type { Target } from './target.js'

/**
 * A smaller input with a finding of the same kind: parts are left out as long as that goes (delta debugging), then bytes
 * are made plain. Bounded by `attempts`.
 */
export async function minimise(
  target: Target,
  bytes: Uint8Array,
  { kind }: Verdict,
  attempts = 3000,
): Promise<Uint8Array> {
  let best = bytes
  let left = attempts
  const holds = async (candidate: Uint8Array): Promise<boolean> => {
    if (left-- <= 0) return false
    return (await examine(target, candidate)).verdict?.kind === kind
  }
  for (let chunk = Math.max(1, best.length >> 1); chunk >= 1 && left > 0; chunk = chunk === 1 ? 0 : chunk >> 1) {
    for (let at = 0; at < best.length && left > 0; ) {
      const candidate = Buffer.concat([best.subarray(0, at), best.subarray(at + chunk)])
      if (await holds(candidate)) best = Uint8Array.from(candidate)
      else at += chunk
    }
  }
  for (let at = 0; at < best.length && left > 0; at++) {
    for (const plain of [0x00, 0x30, 0x61]) {
      if (best[at] === plain) break
      const candidate = Uint8Array.from(best)
      candidate[at] = plain
      if (!(await holds(candidate))) continue
      best = candidate
      break
    }
  }
  return best
}
