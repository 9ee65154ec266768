import type { EarlierRelease, Maker } from '../evidence/index.js'

export function isSame(one: Maker | null, other: Maker | null): boolean {
  return one?.name === other?.name && one?.version === other?.version
}

/** Whether this release has succeeded the maker: it knows the name, in this version or a later one. */
export function isSucceeded(maker: Maker, known: readonly Maker[]): boolean {
  return maker.version > 0 && known.some(({ name, version }) => name === maker.name && maker.version <= version)
}

/** The release whose fold this was; null where none is known. */
export function releaseOf(earlier: readonly EarlierRelease[], fold: Maker): string | null {
  return earlier.find(({ folds }) => folds.some((one) => isSame(one, fold)))?.release ?? null
}

/**
 * What is missing beside `given`: the other makers of the release that made these. None where they are all that some
 * release had, and none where no release that is known here had just these.
 *
 * @param releases the folds of this release and of each earlier one
 */
export function lackingIn(given: readonly Maker[], releases: readonly (readonly Maker[])[]): readonly Maker[] {
  const isIn = (makers: readonly Maker[], one: Maker) => makers.some((other) => isSame(one, other))
  const [fewest = []] = releases
    .filter((makers) => given.every((one) => isIn(makers, one)))
    .map((makers) => makers.filter((one) => !isIn(given, one)))
    .sort((a, b) => a.length - b.length)
  return fewest
}

/** "run-dbt 1, run-anchor 1" */
export function namesOf(makers: readonly Maker[]): string {
  return makers.map(({ name, version }) => `${name} ${version}`).join(', ')
}
