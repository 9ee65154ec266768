export { type Bundle, type BundleOptions, type BundleSources, buildBundle } from './build-bundle.js'
export { bundleFiles, MAX_EMBEDDED_BYTES } from './bundle-files.js'
export type { BundleOpening } from './bundle-opening.js'
export {
  type CollectedEvidence,
  type CollectOptions,
  collectEvidence,
  type EvidenceSource,
} from './collect-evidence.js'
export { collectFromRecords } from './collect-from-records.js'
export { BUNDLE_LIMITS, zip } from './container/index.js'
export { type Derived, derive, NOTHING_SHOWN, type Shown } from './derive.js'
export { dsseEnvelope, IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding } from './dsse.js'
export { checkSigners, evidenceKeysAt } from './evidence-keys.js'
export {
  DETACHED_FILES,
  MANIFEST_FILE,
  type Maker,
  type Manifest,
  type ManifestHead,
  type ProfileMembers,
} from './manifest.js'
export { openingsOf } from './openings.js'
export type { EarlierRelease, NamedArtifact, Profile, Renderer, ReportParts } from './profile.js'
