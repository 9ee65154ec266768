import { writeArchive } from '../../verifier/ts/src/archive.js'
import { admit, type JsonObject, type JsonValue } from '../../verifier/ts/src/json.js'
import { bundleFiles, type Lies } from '../../verifier/ts/test/bundle-maker.js'
import { testKey } from '../../verifier/ts/test/ledger-maker.js'
import { RUN } from '../../verifier/ts/test/sample-ledger.js'
import type { VectorOptions } from '../../verifier/ts/test/vectors/index.js'
import { mutateBytes } from '../fuzz/engine/mutate-bytes.js'
import type { Random } from '../fuzz/engine/random.js'
import { type Honest, ledgerOf, WORDS } from './bases.js'
import { editValue } from './edit-value.js'
import type { KindName } from './kinds.js'

/** An archive that nobody should take, or that another one would have signed too, and how a caller asks about it. */
export interface Mutant {
  readonly archive: Uint8Array
  readonly options: VectorOptions
  readonly kind: KindName
  /** What was done. */
  readonly how: string
  /** What it was made from. */
  readonly honest: Honest
  /** Whether the ledger's own keys signed what is in it: it then says something else and may be valid. */
  readonly signed: boolean
}

export type Made = Uint8Array | { readonly archive: Uint8Array; readonly options?: VectorOptions }
/** One way to spoil a bundle, or to lie in it. */
export interface Way {
  readonly how: string
  /** How often it comes, beside the others. */
  readonly weight: number
  readonly signed: boolean
  make(honest: Honest, random: Random): Made
}

/** A key that no ledger has introduced. */
export const stranger = testKey('a stranger')

export const spoil = (bytes: Uint8Array, random: Random) => mutateBytes(bytes, bytes, WORDS, random)
export const changed =
  <T extends JsonValue>(random: Random) =>
  (value: T): T =>
    editValue(value, random)

/** The bundle of the honest ledger with one lie; all that follows from it is made honestly and signed. */
export const lying = (honest: Honest, lies: Lies) =>
  writeArchive(bundleFiles(honest.ledger, RUN, { ...honest.lies, ...lies }))

/** The honest files with one changed. */
export const withFile = ({ files }: Honest, name: string, change: (bytes: Uint8Array) => Uint8Array) =>
  writeArchive(new Map(files).set(name, change(files.get(name)!)))

/** A bundle of another ledger, which is made honestly from its changed steps. */
export function ofSteps(honest: Honest, change: Parameters<typeof ledgerOf>[1]): Uint8Array {
  const ledger = ledgerOf(honest.steps, change)
  return writeArchive(bundleFiles(ledger, RUN, honest.lies))
}

export const json = (bytes: Uint8Array) => admit(bytes) as JsonObject // what the maker wrote is an object
