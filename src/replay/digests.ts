import { foldDigests, type Projection, partsOf } from '../events/index.js'
import type { EarlierRelease, Maker } from '../evidence/index.js'
import { foldLedger } from '../projector/index.js'
import type { LogSource } from './log-source.js'
import { isSame, isSucceeded, lackingIn, namesOf, releaseOf } from './makers.js'
import type { NotRebuilt } from './not-rebuilt.js'

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
 * Compares what was folded with digests of before. Only the same version of the same fold can be compared; what a fold of an
 * earlier or an unknown release made is named, and so is a fold that an earlier release did not have. One that the release
 * of the others had and that is missing is a difference. `projections`: what `found` was folded by; `earlier`: what earlier
 * releases folded by.
 */
export function compareStates(
  found: Digests,
  expected: Digests,
  {
    projections,
    earlier,
  }: { readonly projections: readonly Projection[]; readonly earlier: readonly EarlierRelease[] },
): DigestComparison {
  const ours = projections.flatMap((projection) => partsOf(projection))
  const theirs = makersOf(expected)
  const common = theirs.filter((one) => ours.some((other) => isSame(one, other)))
  const isCommon = ({ projection: name, version }: StateDigest) => common.some((one) => isSame(one, { name, version }))
  const names = new Set([...ours, ...theirs].map(({ name }) => name))
  // Earlier releases are told by the folds of a bundle; files like these are of fewer projections.
  const releases = [ours, ...earlier.map(({ folds }) => folds.filter(({ name }) => names.has(name)))]
  const known = releases.flat()
  const notCompared: NotRebuilt[] = theirs
    .filter((one) => !common.includes(one))
    .map((madeBy) => ({
      what: `digests of ${madeBy.name}`,
      madeBy,
      release: releaseOf(earlier, madeBy),
      known: isSucceeded(madeBy, known),
    }))
  for (const { name } of ours) {
    if (common.length > 0 && !theirs.some((one) => one.name === name))
      notCompared.push({ what: `digests of ${name}`, madeBy: null, release: null, known: true })
  }
  // A file without any digest names no other version that would excuse what is missing in it.
  const isOfNoRelease = theirs.length === 0
  const comparable = isOfNoRelease ? found.digests : found.digests.filter(isCommon)
  const lacking = isOfNoRelease ? [] : lackingIn(theirs, releases)
  const wanted = expected.digests.filter(isCommon)
  const difference =
    differentSource(found, expected) ??
    firstDifference(comparable, wanted) ??
    (lacking.length === 0
      ? null
      : `the digests lack those of ${namesOf(lacking)}, which the release that made the others writes`)
  return { difference, compared: wanted.length, notCompared }
}

/** The folds that the digests are of, each once. */
function makersOf({ digests }: Digests): Maker[] {
  const makers = new Map(
    digests.map(({ projection: name, version }) => [namesOf([{ name, version }]), { name, version }]),
  )
  return [...makers.values()]
}

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
