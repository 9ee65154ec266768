import type { FoldDigest } from '../events/index.js'

/** `manifest.json` of a bundle: what every bundle says, and the members of its profile. Hashes are lower-case hex, numbers decimal strings. */
export type Manifest<Members extends ProfileMembers = ProfileMembers> = CommonMembers & Members

/** What a profile's members have in common: which run the bundle is about. */
export interface ProfileMembers {
  readonly run: { readonly id: string }
}

/** What every manifest says, whatever its profile. */
export interface CommonMembers {
  readonly format: 'clyra.bundle/0'
  readonly profile: string
  /** The ledger's identity: its genesis leaf. */
  readonly genesis: string
  readonly origin: string
  readonly size: string
  readonly root: string
  /** The heads record that proves the claims. */
  readonly completeAsOf: { readonly position: string; readonly recordedat: string }
  /** Sorted by stream. */
  readonly claims: readonly Claim[]
  /** Every file but `manifest.json` and the detached ones. Sorted by path. */
  readonly files: readonly { readonly path: string; readonly size: string; readonly sha256: string }[]
  /** Artefacts that records name and the bundle does not hold. Sorted by digest. */
  readonly external: readonly { readonly sha256: string; readonly size: string }[]
  /** What was folded of the records, part by part. Sorted by name. */
  readonly projections: readonly FoldDigest[]
  /** Who made `report.html`; absent in bundles made before release 0.2. */
  readonly renderer?: Maker
}

export interface Claim {
  readonly stream: string
  /** Absent in bundles made before release 0.2. */
  readonly kind?: 'complete' | 'absent'
  /** The last record; null where the stream is proved absent. */
  readonly head: ManifestHead | null
}

export interface ManifestHead {
  readonly revision: string
  readonly leaf: string
}

/** Something that makes derived bytes. The version goes up with every change of what it makes of the same records. */
export interface Maker {
  readonly name: string
  readonly version: number
}

/** Files that `manifest.json` does not list: it cannot list itself, and these are not deterministic or come later. */
export const DETACHED_FILES = [
  'manifest.dsse.json',
  'checkpoint',
  'issued.tlog-proof',
  'manifest.sigstore.json',
  'manifest.tsr',
  'checkpoint.tsr',
  'consistency.json',
] as const

export const MANIFEST_FILE = 'manifest.json'
