/**
 * Knows the arrays that were made since folding began. Nobody else has them yet, so they alone are changed in place:
 * many records cost one copy of what they touch, and no state that was given out ever changes.
 */
export class Fresh {
  readonly #made = new Set<object>()

  /** The array itself where it was made here, else a copy of it that may be changed. */
  array<T>(values: readonly T[]): T[] {
    // Holds: what is in the set was made by `add`, as an array that can be changed.
    return this.#made.has(values) ? (values as T[]) : this.add(values.slice())
  }

  /** Takes in an array that was just made. */
  add<T>(made: T[]): T[] {
    this.#made.add(made)
    return made
  }
}
