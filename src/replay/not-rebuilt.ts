import type { JsonValue } from '../canonical/index.js'
import { type FoldDigest, partsOf } from '../events/index.js'
import type { Derived, Maker, Profile } from '../evidence/index.js'
import { isSame, isSucceeded, lackingIn, releaseOf } from './makers.js'

/** The page of a bundle. */
export const REPORT = 'report.html'

/** Something of a bundle that this program did not make again. */
export interface NotRebuilt {
  /** `report.html`, or `digest of <fold>`: a digest in the manifest. */
  readonly what: string
  /** Who made it, as the manifest says; null where it does not say, or has no such digest. */
  readonly madeBy: Maker | null
  /** The release that can make it again; null where none is known to this program: a later one, or none at all. */
  readonly release: string | null
  /** False where this release has not succeeded the maker: it does not know the name, or not this version yet. */
  readonly known: boolean
}

/** What the bundle says of its makers, and what they made. */
export interface Given {
  readonly projections: readonly FoldDigest[]
  /** Null: it names none. */
  readonly renderer: Maker | null
  readonly report: Uint8Array | undefined
  /** Whether its claims say their kind, and its manifest has what came with that. */
  readonly kinds: boolean
}

type Makers<State extends JsonValue> = Pick<Profile<State>, 'earlier' | 'newer' | 'renderer' | 'projection'>

/**
 * What this program derived, with what another renderer or fold made put in its place as the bundle has it. A renderer that
 * is not named is only another one beside the folds of a release that named none: else the page is compared, and differs.
 * `lacking`: the folds whose digests the release that made the others would have written.
 */
export function asGiven<State extends JsonValue>(
  profile: Makers<State>,
  ours: Derived,
  given: Given,
): { readonly derived: Derived; readonly notRebuilt: readonly NotRebuilt[]; readonly lacking: readonly Maker[] } {
  const { earlier, projection } = profile
  const notRebuilt: NotRebuilt[] = []
  let { renderer, report } = ours
  const other = given.report === undefined ? undefined : anotherRenderer(profile, given)
  if (given.report !== undefined && other !== undefined) {
    renderer = given.renderer
    report = given.report
    notRebuilt.push({ what: REPORT, madeBy: given.renderer, ...other })
  }
  const todays = partsOf(projection)
  const known = [...todays, ...earlier.flatMap(({ folds }) => folds)]
  // By name, each once: a digest that is named twice is not what any release writes, and differs.
  const theirs = new Map(given.projections.map((one) => [one.name, one]))
  const projections: FoldDigest[] = []
  for (const one of theirs.values()) {
    const same = ours.projections.find((other) => isSame(other, one))
    projections.push(same ?? one)
    const madeBy = { name: one.name, version: one.version }
    if (same === undefined)
      notRebuilt.push({
        what: `digest of ${one.name}`,
        madeBy,
        release: releaseOf(earlier, madeBy),
        known: isSucceeded(madeBy, known),
      })
  }
  const lacking = lackingIn([...theirs.values()], [todays, ...earlier.map(({ folds }) => folds)])
  if (lacking.length === 0 && !earlier.some(({ folds }) => hasFolds(given, folds))) {
    for (const { name } of ours.projections) {
      if (!theirs.has(name)) notRebuilt.push({ what: `digest of ${name}`, madeBy: null, release: null, known: true })
    }
  }
  const { kinds } = given
  const members = kinds ? ours.members : without(ours.members, profile.newer)
  return { derived: { ...ours, members, kinds, renderer, report, projections }, notRebuilt, lacking }
}

function without<T extends object>(members: T, names: readonly string[]): T {
  // Holds for what is written of it: a manifest of before, which is the same but for these.
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name))) as T
}

/** Who else rendered the page, as the manifest says; undefined where it is the renderer of today, or must have been. */
export function anotherRenderer<State extends JsonValue>(
  { earlier, renderer: today }: Pick<Makers<State>, 'earlier' | 'renderer'>,
  given: { readonly renderer: Maker | null; readonly projections: readonly Maker[] },
): Pick<NotRebuilt, 'release' | 'known'> | undefined {
  const { renderer } = given
  if (renderer === null) {
    const unnamed = earlier.find((release) => release.renderer === null && hasFolds(given, release.folds))
    return unnamed === undefined ? undefined : { release: unnamed.release, known: true }
  }
  if (isSame(renderer, today)) return undefined
  const from = earlier.find((release) => isSame(release.renderer, renderer))
  const known = [today, ...earlier.flatMap((release) => release.renderer ?? [])]
  return { release: from?.release ?? null, known: isSucceeded(renderer, known) }
}

function hasFolds({ projections }: { readonly projections: readonly Maker[] }, folds: readonly Maker[]): boolean {
  return folds.every((fold) => projections.some((one) => isSame(one, fold)))
}
