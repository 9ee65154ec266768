import type * as fc from 'fast-check'

/** What a reader says of some bytes: a value, written down as text so that two can be compared, or a refusal. */
export type Outcome =
  | { readonly accepted: true; readonly value: string }
  | { readonly accepted: false; readonly code: string }

/** A reader under test, beside a second one written in the plainest way from the specification. */
export interface Target {
  readonly name: string
  /** Valid inputs, as bytes; the byte mutator starts from them. */
  readonly seeds: readonly Uint8Array[]
  /** Words of the format that the mutator puts in. */
  readonly words: readonly string[]
  /** Valid things and broken ones, made from the structure of the format. */
  readonly structured: fc.Arbitrary<Uint8Array>
  /** The reader of the product. Throws nothing: whatever it throws that has no name of its own is a finding. */
  readonly real: (bytes: Uint8Array) => Outcome | Promise<Outcome>
  readonly naive: (bytes: Uint8Array) => Outcome
  /** Whether the codes of two refusals are compared too: where the specification fixes which one it is. */
  readonly compareCodes?: boolean
  /** How much of the time it gets, default 1. */
  readonly weight?: number
}

export const accepted = (value: string): Outcome => ({ accepted: true, value })
export const refused = (code: string): Outcome => ({ accepted: false, code })

/** `outcomeOf` for a reader that answers later. */
export async function outcomeLater(
  read: () => Promise<string>,
  named: (error: unknown) => string | undefined,
): Promise<Outcome> {
  try {
    return accepted(await read())
  } catch (error) {
    const code = named(error)
    if (code === undefined) throw error
    return refused(code)
  }
}

/** Runs a reader; an error that `named` knows is a refusal with its code, every other goes through. */
export function outcomeOf(read: () => string, named: (error: unknown) => string | undefined): Outcome {
  try {
    return accepted(read())
  } catch (error) {
    const code = named(error)
    if (code === undefined) throw error
    return refused(code)
  }
}
