/** A small seeded generator (mulberry32): the same numbers for the same seed, on every machine. */
export class Random {
  #state: number

  constructor(...seeds: readonly (number | string)[]) {
    this.#state = mix(...seeds)
  }

  /** 0 to 2^32-1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** 0 to bound-1; 0 where there is nothing to choose from. */
  below(bound: number): number {
    return bound <= 1 ? 0 : this.next() % bound
  }

  pick<T>(items: readonly T[]): T {
    // Callers never pass an empty list.
    return items[this.below(items.length)]!
  }
}

/** FNV-1a over numbers and texts: one seed from several. */
export function mix(...parts: readonly (number | string)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join('/')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
