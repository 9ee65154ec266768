import type { JsonValue } from '../canonical/index.js'
import type { FoldDigest } from '../events/index.js'
import type { Derived, EarlierRelease, Maker, Profile } from '../evidence/index.js'

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
 * name is no version of ours, and none named is only right beside the folds of a release that named none: there the page is
 * compared, and differs.
 */
export function asGiven<State extends JsonValue>(
  { earlier, renderer: today }: Pick<Profile<State>, 'earlier' | 'renderer'>,
  ours: Derived,
  given: Given,
): { readonly derived: Derived; readonly notRebuilt: readonly NotRebuilt[] } {
  const notRebuilt: NotRebuilt[] = []
  let { renderer, report } = ours
  if (given.report !== undefined && isOfAnotherVersion({ earlier, renderer: today }, given)) {
    renderer = given.renderer
    report = given.report
    const from = earlier.find((release) => isSame(release.renderer, given.renderer))
    notRebuilt.push({ what: REPORT, madeBy: given.renderer, release: from?.release ?? null })
  }
  // By name, each once: a digest that is named twice is not what any release writes, and differs.
  const theirs = new Map(given.projections.map((one) => [one.name, one]))
  const projections: FoldDigest[] = []
  for (const one of theirs.values()) {
    const same = ours.projections.find((other) => isSame(other, one))
    projections.push(same ?? one)
    const madeBy = { name: one.name, version: one.version }
    if (same === undefined)
      notRebuilt.push({ what: `digest of ${one.name}`, madeBy, release: releaseOf(earlier, madeBy) })
  }
  if (!earlier.some((release) => hasFoldsOf(release, given))) {
    for (const { name } of ours.projections) {
      if (!theirs.has(name)) notRebuilt.push({ what: `digest of ${name}`, madeBy: null, release: null })
    }
  }
  return { derived: { ...ours, renderer, report, projections }, notRebuilt }
}

/** Whether the page was rendered, as the manifest says, by a version of our renderer that is not the one of today. */
export function isOfAnotherVersion<State extends JsonValue>(
  { earlier, renderer }: Pick<Profile<State>, 'earlier' | 'renderer'>,
  given: Pick<Given, 'renderer'> & { readonly projections: readonly Maker[] },
): boolean {
  if (given.renderer === null) return earlier.some((release) => release.renderer === null && hasFoldsOf(release, given))
  return given.renderer.name === renderer.name && given.renderer.version !== renderer.version
}

function hasFoldsOf({ folds }: EarlierRelease, { projections }: { readonly projections: readonly Maker[] }): boolean {
  return folds.every((fold) => projections.some((one) => isSame(one, fold)))
}

/** The release whose folds these were; null where none is known. */
export function releaseOf(earlier: readonly EarlierRelease[], fold: Maker): string | null {
  return earlier.find(({ folds }) => folds.some((one) => isSame(one, fold)))?.release ?? null
}

function isSame(one: Maker | null, other: Maker | null): boolean {
  return one?.name === other?.name && one?.version === other?.version
}
