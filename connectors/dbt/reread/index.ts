export { fingerprintKeyOf, runFingerprintKey, withRecordedFingerprints } from './fingerprint-key.js'
export { type LaterReading, laterReading } from './later-reading.js'
export {
  type ClaimQuality,
  claimQualityOf,
  compareClaims,
  compareLogs,
  type LogQuality,
  logQualityOf,
} from './reading-quality.js'
export { idInReading } from './reread-drafts.js'
