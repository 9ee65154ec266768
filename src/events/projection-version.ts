/**
 * Which fold made a state: a number, or, where a projection is composed of folds, all of them in one text, each as "name
 * version", sorted. Not a sum, which two different changes could share.
 */
export type ProjectionVersion = number | string

/** @example versionOfParts([{ name: 'run-stream', version: 1 }, { name: 'run-dbt', version: 2 }]) // 'run-dbt 2, run-stream 1' */
export function versionOfParts(parts: readonly { readonly name: string; readonly version: number }[]): string {
  return parts
    .map(({ name, version }) => `${name} ${version}`)
    .sort()
    .join(', ')
}

/**
 * Whether only a later release than that of `other` has this version: it is a higher number, or it has every fold of the
 * other one in that version or a later one. Of two that each have something of their own neither is later.
 */
export function isLaterVersion(version: ProjectionVersion, other: ProjectionVersion): boolean {
  if (typeof version === 'number' || typeof other === 'number') {
    return typeof version === 'number' && typeof other === 'number' && version > other
  }
  const folds = foldsIn(version)
  return version !== other && [...foldsIn(other)].every(([name, least]) => (folds.get(name) ?? 0) >= least)
}

function foldsIn(version: string): ReadonlyMap<string, number> {
  return new Map(
    version.split(', ').map((fold) => {
      const at = fold.lastIndexOf(' ')
      return [fold.slice(0, at), Number(fold.slice(at + 1))]
    }),
  )
}
