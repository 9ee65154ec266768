import type { JsonValue } from '../canonical/index.js'
import type { FoldDigest } from '../events/index.js'
import type { Derived, EarlierRelease, Maker, Profile } from '../evidence/index.js'

/** Something of a bundle that this program did not make again. */
export interface NotRebuilt {
  /** `report.html`, or `digest of <fold>`: a digest in the manifest. */
  readonly what: string
  /** Who made it, as the manifest says; null where it does not say, or has no such digest. */
  readonly madeBy: Maker | null
  /** The release that can make it again; null where none is known to this program: a later one, or none at all. */
  readonly release: string | null
}

/** What the bundle says of its makers, and what they made. */
export interface Given {
  readonly projections: readonly FoldDigest[]
  /** Null: it names none. */
  readonly renderer: Maker | null
  readonly report: Uint8Array | undefined
}

/**
 * What this program derived, with what another version made put in its place as the bundle has it. A renderer of another
 * name is no version of ours: its page is compared, and differs.
 */
export function asGiven<State extends JsonValue>(
  profile: Pick<Profile<State>, 'earlier' | 'renderer'>,
  ours: Derived,
  given: Given,
): { readonly derived: Derived; readonly notRebuilt: readonly NotRebuilt[] } {
  const notRebuilt: NotRebuilt[] = []
  let { renderer, report } = ours
  const { earlier } = profile
  const otherPage = given.renderer === null || isOtherVersion(given.renderer, profile.renderer)
  if (otherPage && given.report !== undefined) {
    renderer = given.renderer
    report = given.report
    const from = earlier.find((release) => isSame(release.renderer, given.renderer))
    notRebuilt.push({ what: 'report.html', madeBy: given.renderer, release: from?.release ?? null })
  }
  for (const theirs of given.projections) {
    if (ours.projections.some((one) => isSame(one, theirs))) continue
    const { name, version } = theirs
    const madeBy = { name, version }
    notRebuilt.push({ what: `digest of ${name}`, madeBy, release: releaseOf(earlier, madeBy) })
  }
  const whole = earlier.some(({ folds }) => folds.every((fold) => given.projections.some((one) => isSame(one, fold))))
  const named = new Set(given.projections.map(({ name }) => name))
  if (!whole) {
    for (const { name } of ours.projections) {
      if (!named.has(name)) notRebuilt.push({ what: `digest of ${name}`, madeBy: null, release: null })
    }
  }
  const projections = given.projections.map((theirs) => ours.projections.find((one) => isSame(one, theirs)) ?? theirs)
  return { derived: { ...ours, renderer, report, projections }, notRebuilt }
}

/** The release whose folds these were; null where none is known. */
export function releaseOf(earlier: readonly EarlierRelease[], fold: Maker): string | null {
  return earlier.find(({ folds }) => folds.some((one) => isSame(one, fold)))?.release ?? null
}

function isSame(one: Maker | null, other: Maker | null): boolean {
  return one?.name === other?.name && one?.version === other?.version
}

function isOtherVersion(one: Maker, ours: Maker): boolean {
  return one.name === ours.name && one.version !== ours.version
}
