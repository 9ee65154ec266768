export { assembleBundle, type BuildBundleOptions, type Bundle, buildBundle } from './build-bundle.js'
export { type BundleContent, type BundleOpening, bundleFiles, MAX_EMBEDDED_BYTES } from './bundle-files.js'
export {
  type CollectedEvidence,
  type CollectOptions,
  collectEvidence,
  type EvidenceSource,
} from './collect-evidence.js'
export { BUNDLE_LIMITS, zip } from './container/index.js'
export { dsseEnvelope, IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding } from './dsse.js'
export { checkSigners, evidenceKeysAt } from './evidence-keys.js'
export { DETACHED_FILES, MANIFEST_FILE, type Manifest, type ManifestHead, type ProjectionDigest } from './manifest.js'
export { openingsOf } from './openings.js'
export { RUN_NOT_CLOSED, type RunSummary, summariseRun } from './run-summary.js'
