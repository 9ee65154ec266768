import type { Freshness } from './run-state.js'

/** Gravest first. */
const GRAVITY: readonly Freshness['status'][] = ['runtime-error', 'error', 'unknown', 'warn', 'pass']

/** Of each source the gravest word that a voice says of its freshness, in the order of the sources. */
export function gravestFreshness({ freshness }: { readonly freshness: readonly Freshness[] }): Freshness[] {
  const sources = new Map<string, Freshness>()
  for (const one of freshness) {
    const other = sources.get(one.node)
    if (other === undefined || GRAVITY.indexOf(one.status) < GRAVITY.indexOf(other.status)) sources.set(one.node, one)
  }
  return [...sources.values()]
}
