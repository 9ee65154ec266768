import { canonicalBytes, hex } from '../canonical/index.js'
import { type Signer, sha256 } from '../crypto/index.js'
import { type BundleContent, bundleFiles } from './bundle-files.js'
import {
  type CollectedEvidence,
  type CollectOptions,
  collectEvidence,
  type EvidenceSource,
} from './collect-evidence.js'
import { zip } from './container/index.js'
import { dsseEnvelope, IN_TOTO_PAYLOAD_TYPE } from './dsse.js'
import { checkSigners, evidenceKeysAt } from './evidence-keys.js'
import { MANIFEST_FILE, type Manifest } from './manifest.js'

export interface Bundle {
  /** The ZIP archive. */
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

export interface BuildBundleOptions extends CollectOptions {
  readonly ledger: EvidenceSource
  /** The id after `run-`. */
  readonly run: string
  /** Evidence keys that are valid in `ledger-keys`; at least one. */
  readonly signers: readonly Signer[]
  /** Folds and renders the collected records: projections are the program's, not the builder's. */
  readonly render: (evidence: CollectedEvidence) => BundleContent | Promise<BundleContent>
}

/**
 * The signed DEF bundle of a run. Steps: collect the records with their proofs, let the program fold and render them,
 * assemble. Specification: `spec/def/SPEC.md`.
 *
 * Rejects with RUN_NOT_FOUND, NO_EVIDENCE_KEY, KEY_MISMATCH, and what `collectEvidence` and `bundleFiles` say.
 */
export async function buildBundle(options: BuildBundleOptions): Promise<Bundle> {
  const evidence = await collectEvidence(options.ledger, options.run, options)
  checkSigners(options.signers, evidenceKeysAt(evidence.records, evidence.heads.position))
  return assembleBundle(evidence, await options.render(evidence), options.signers)
}

/**
 * Puts files and signature together. Equal arguments give equal bytes in every file but `manifest.dsse.json`, and there
 * too where the signature scheme is deterministic. Throws NO_EVIDENCE_KEY, KEY_MISMATCH, and as `bundleFiles`.
 */
export async function assembleBundle(
  evidence: CollectedEvidence,
  content: BundleContent,
  signers: readonly Signer[],
): Promise<Bundle> {
  checkSigners(signers, evidenceKeysAt(evidence.records, evidence.heads.position))
  const { files, manifest } = bundleFiles(evidence, content)
  const statement = statementOf(manifest, files.get(MANIFEST_FILE)!)
  const envelope = await dsseEnvelope(IN_TOTO_PAYLOAD_TYPE, canonicalBytes(statement), signers)
  return { bytes: zip(new Map(files).set('manifest.dsse.json', envelope)), manifest }
}

/** The in-toto Statement v1 that the evidence key signs: exactly one subject, the manifest. */
function statementOf(manifest: Manifest, manifestBytes: Uint8Array) {
  const { genesis, origin, size, root, run } = manifest
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: MANIFEST_FILE, digest: { sha256: hex(sha256(manifestBytes)) } }],
    predicateType: 'https://clyra.dev/evidence/v0',
    predicate: { genesis, origin, size, root, run: run.id },
  }
}
