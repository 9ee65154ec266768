import * as z from 'zod'
import { foldLedger } from '../../projector/index.js'
import { PROJECTIONS } from '../../runtime/views/index.js'
import { decimal, digest } from '../ledger/record-document.js'
import type { LogSource } from './log-source.js'

export const stateDigest = z.strictObject({
  projection: z.string(),
  version: z.number().int().min(1),
  partition: z.string(),
  digest,
})
export type StateDigest = z.infer<typeof stateDigest>

export const digestsDocument = z.strictObject({
  origin: z.string(),
  /** How many records were folded. */
  records: decimal,
  digests: z.array(stateDigest),
})
export type Digests = z.infer<typeof digestsDocument>

/** Folds a log, its chain checked, and gives the digest of every projection and partition, sorted. */
export async function foldDigests(source: LogSource, to: number | undefined): Promise<Digests> {
  const digests: StateDigest[] = []
  let records = 0
  for (const projection of PROJECTIONS) {
    const fold = await foldLedger(source.projected, projection, to === undefined ? {} : { to })
    records = fold.through
    for (const [partition, { digest }] of fold.states) {
      digests.push({ projection: fold.name, version: fold.version, partition, digest })
    }
  }
  return { origin: source.origin, records: records.toString(), digests: digests.sort(byName) }
}

function byName(a: StateDigest, b: StateDigest): number {
  const left = `${a.projection} ${a.partition}`
  const right = `${b.projection} ${b.partition}`
  return left < right ? -1 : left > right ? 1 : 0
}

/** The first difference in words, or undefined where both say the same. */
export function firstDifference(found: readonly StateDigest[], expected: readonly StateDigest[]): string | undefined {
  const wanted = new Map(expected.map((one) => [`${one.projection} v${one.version} of ${one.partition}`, one.digest]))
  for (const one of [...found].sort(byName)) {
    const name = `${one.projection} v${one.version} of ${one.partition}`
    const digest = wanted.get(name)
    wanted.delete(name)
    if (digest === undefined) return `${name} is not among the expected digests`
    if (digest !== one.digest) return `${name} has the digest ${one.digest}, expected ${digest}`
  }
  const [missing] = wanted.keys()
  return missing === undefined ? undefined : `${missing} is expected, and the log has nothing for it`
}
