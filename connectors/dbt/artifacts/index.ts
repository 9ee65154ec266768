export { responseDraft } from './adapter-response.js'
export { type ArtifactName, invocationOf } from './artifact-json.js'
export {
  type ArtifactState,
  type CapturedArtifact,
  captured,
  capturedDraft,
  type Judged,
  judgeArtifact,
  judgeExtra,
} from './artifacts.js'
export { type FreshnessEvent, freshnessClaims, freshnessDraft, freshnessStatus, readSourcesJson } from './freshness.js'
export { type Manifest, type ManifestNode, readManifest } from './manifest.js'
export { relationAsKept } from './relation-names.js'
export { type ResultRow, type RunResults, readRunResults } from './run-results.js'
