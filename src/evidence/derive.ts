import { type JsonValue, utf8 } from '../canonical/index.js'
import { type FoldDigest, foldDigests, foldRecords } from '../events/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { CollectedEvidence } from './collect-evidence.js'
import type { Maker, ProfileMembers } from './manifest.js'
import type { NamedArtifact, Profile } from './profile.js'

/** What a bundle shows beside its records. */
export interface Shown {
  /** Artefacts to put into the bundle, by SHA-256; those above 25,000,000 bytes stay external. */
  readonly embed: ReadonlyMap<string, Uint8Array>
  /** Sealed values to show, with what proves that they are the ones that were sealed. */
  readonly openings: readonly BundleOpening[]
}

export const NOTHING_SHOWN: Shown = { embed: new Map(), openings: [] }

/** What a profile makes of the records: everything in a bundle that another version of a fold or renderer makes otherwise. */
export interface Derived<Members extends ProfileMembers = ProfileMembers> {
  readonly profile: string
  /** The profile's members of the manifest. */
  readonly members: Members
  /** Whether claims say their kind; those of bundles made before release 0.2 do not. */
  readonly kinds: boolean
  readonly artifacts: readonly NamedArtifact[]
  readonly projections: readonly FoldDigest[]
  /** Null: the manifest names none, as those made before release 0.2. */
  readonly renderer: Maker | null
  /** The bytes of `report.html`. */
  readonly report: Uint8Array
}

/** Folds and renders: a pure function of its arguments. */
export function derive<State extends JsonValue, Members extends ProfileMembers>(
  profile: Profile<State, unknown, Members>,
  { run, records, checkpoint }: CollectedEvidence,
  { embed, openings }: Shown,
): Derived<Members> {
  const { renderer, projection } = profile
  const state = foldRecords(projection, run, records)
  const page = renderer.render(state, { checkpoint, embedded: [...embed.keys()].sort(), openings })
  return {
    profile: profile.name,
    members: profile.manifest(state),
    kinds: true,
    artifacts: profile.artifacts(records),
    projections: foldDigests(projection, state),
    renderer: { name: renderer.name, version: renderer.version },
    report: utf8(page),
  }
}
