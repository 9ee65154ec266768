import { foldDigests, type Projection, partsOf } from '../events/index.js'
import type { EarlierRelease, Maker } from '../evidence/index.js'
import { foldLedger } from '../projector/index.js'
import type { LogSource } from './log-source.js'
import { type NotRebuilt, releaseOf } from './not-rebuilt.js'

/** The digest of what one fold made of one partition's records. */
export interface StateDigest {
  readonly projection: string
  readonly version: number
  readonly partition: string
  readonly digest: string
}

export interface Digests {
  readonly origin: string
  /** How many records were folded, decimal. */
  readonly records: string
  readonly digests: readonly StateDigest[]
}

/** Folds a log, its chain checked, and gives the digest of every fold and partition, sorted. */
export async function digestsOf(
  source: LogSource,
  projections: readonly Projection[],
  to: number | undefined,
): Promise<Digests> {
  const digests: StateDigest[] = []
  let records = 0
  for (const projection of projections) {
    const folded = await foldLedger(source.projected, projection, to === undefined ? {} : { to })
    records = folded.through
    for (const [partition, { state }] of folded.states) {
      for (const { name, version, digest } of foldDigests(projection, state))
        digests.push({ projection: name, version, partition, digest })
    }
  }
  return { origin: source.origin, records: records.toString(), digests: digests.sort(byName) }
}

function byName(a: StateDigest, b: StateDigest): number {
  const left = `${a.projection} ${a.partition}`
  const right = `${b.projection} ${b.partition}`
  return left < right ? -1 : left > right ? 1 : 0
}

export interface DigestComparison {
  /** The first difference in words; null where all that can be compared is equal. */
  readonly difference: string | null
  /** How many of the expected digests were compared. */
  readonly compared: number
  /** Of what only one side has digests. */
  readonly notCompared: readonly NotRebuilt[]
}

/**
 * Compares what was folded with digests of before. Only the same version of the same fold can be compared; the others are
 * named. `projections`: what `found` was folded by; `earlier`: what earlier releases folded by.
 */
export function compareStates(
  found: Digests,
  expected: Digests,
  {
    projections,
    earlier,
  }: { readonly projections: readonly Projection[]; readonly earlier: readonly EarlierRelease[] },
): DigestComparison {
  const ours = new Map(projections.flatMap((projection) => partsOf(projection).map((part) => [keyOf(part), part])))
  const theirs = new Map(
    expected.digests.map(({ projection, version }) => {
      const maker = { name: projection, version }
      return [keyOf(maker), maker]
    }),
  )
  const isOfBoth = ({ projection, version }: StateDigest) => {
    const key = keyOf({ name: projection, version })
    return ours.has(key) && theirs.has(key)
  }
  const wanted = expected.digests.filter(isOfBoth)
  const notCompared: NotRebuilt[] = []
  for (const [key, madeBy] of theirs) {
    if (!ours.has(key))
      notCompared.push({ what: `digests of ${madeBy.name}`, madeBy, release: releaseOf(earlier, madeBy) })
  }
  for (const [key, { name }] of ours) {
    if (wanted.length > 0 && !theirs.has(key))
      notCompared.push({ what: `digests of ${name}`, madeBy: null, release: null })
  }
  // A file without any digest names no other version that would excuse what is missing in it.
  const comparable = theirs.size === 0 ? found.digests : found.digests.filter(isOfBoth)
  const difference = differentSource(found, expected) ?? firstDifference(comparable, wanted) ?? null
  return { difference, compared: wanted.length, notCompared }
}

const keyOf = ({ name, version }: Maker): string => `${name} ${version}`

function differentSource(found: Digests, expected: Digests): string | undefined {
  if (found.origin !== expected.origin)
    return `the digests are of the ledger ${expected.origin}, this one is ${found.origin}`
  if (found.records !== expected.records)
    return `the digests are of ${expected.records} records, ${found.records} were folded`
  return undefined
}

function firstDifference(found: readonly StateDigest[], expected: readonly StateDigest[]): string | undefined {
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
