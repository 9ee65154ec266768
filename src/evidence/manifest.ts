import type { EventData, FoldDigest } from '../events/index.js'

type Governance = EventData['dev.clyra.run.started.v1']['governance']

/** `manifest.json` of a bundle, as `spec/def/SPEC.md` describes it. Hashes are lower-case hex, numbers decimal strings. */
export interface Manifest {
  readonly format: 'clyra.bundle/0'
  readonly profile: string
  /** The ledger's identity: its genesis leaf. */
  readonly genesis: string
  readonly origin: string
  readonly size: string
  readonly root: string
  readonly run: {
    readonly id: string
    readonly completeness: 'complete' | 'partial' | 'unknown'
    readonly reasons: readonly string[]
  }
  /** The heads record that proves the claims. */
  readonly completeAsOf: { readonly position: string; readonly recordedat: string }
  readonly demonstration: boolean
  /** Null: the stream is proved absent. Sorted by stream. */
  readonly claims: readonly { readonly stream: string; readonly head: ManifestHead | null }[]
  /** Every file but `manifest.json` and the detached ones. Sorted by path. */
  readonly files: readonly { readonly path: string; readonly size: string; readonly sha256: string }[]
  /** Artefacts that records name and the bundle does not hold. Sorted by digest. */
  readonly external: readonly { readonly sha256: string; readonly size: string }[]
  /** What was folded of the records, part by part. Sorted by name. */
  readonly projections: readonly FoldDigest[]
  /** Who made `report.html`; absent in bundles made before release 0.2. */
  readonly renderer?: Maker
  readonly governance: Governance | null
  readonly policy: string | null
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

/** What a manifest says of its run beside its id: all of it follows from the records of the run. */
export interface ManifestSubject {
  readonly completeness: 'complete' | 'partial' | 'unknown'
  /** Sorted, each once. */
  readonly reasons: readonly string[]
  readonly demonstration: boolean
  readonly governance: Governance | null
  /** SHA-256 of the policy file in force. */
  readonly policy: string | null
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
