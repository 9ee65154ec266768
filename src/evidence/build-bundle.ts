import { canonicalBytes, hex, type JsonValue } from '../canonical/index.js'
import { type Signer, sha256 } from '../crypto/index.js'
import type { ArtifactStore, Vault } from '../ports/index.js'
import { bundleFiles } from './bundle-files.js'
import { type CollectOptions, collectEvidence, type EvidenceSource } from './collect-evidence.js'
import { zip } from './container/index.js'
import { derive, NOTHING_SHOWN } from './derive.js'
import { dsseEnvelope, IN_TOTO_PAYLOAD_TYPE } from './dsse.js'
import { embeddedArtifacts } from './embedded-artifacts.js'
import { checkSigners, evidenceKeysAt } from './evidence-keys.js'
import { MANIFEST_FILE, type Manifest, type ProfileMembers } from './manifest.js'
import { openingsOf } from './openings.js'
import type { Profile } from './profile.js'

export interface Bundle<Members extends ProfileMembers = ProfileMembers> {
  /** The ZIP archive. */
  readonly bytes: Uint8Array
  readonly manifest: Manifest<Members>
  /** What was left out of it, in words. */
  readonly warnings: readonly string[]
}

/** Where a bundle comes from. */
export interface BundleSources {
  readonly ledger: EvidenceSource
  readonly artifacts: Pick<ArtifactStore, 'get'>
  readonly vault: Pick<Vault, 'subjectKey' | 'values'>
  /** Evidence keys that are valid in `ledger-keys`; at least one. Asked for when the evidence is collected. */
  signers(): Promise<readonly Signer[]>
}

export interface BundleOptions extends CollectOptions {
  /** Put the artefacts (up to 25 MB each) into the bundle: they may hold literals and personal data. */
  readonly embed?: boolean
  /** Show the sealed values that the vault still holds. */
  readonly open?: boolean
}

/**
 * The signed bundle of a run: collect the records with their proofs, take what is to be shown beside them, fold and render,
 * write every file, sign the manifest. Equal sources give equal bytes. Specification: `spec/bundle/SPEC.md`.
 *
 * Rejects with RUN_NOT_FOUND, NO_EVIDENCE_KEY, KEY_MISMATCH, ARTIFACT_MISSING, VAULT_FAILED, and what `collectEvidence` and
 * `bundleFiles` say.
 */
export async function buildBundle<State extends JsonValue, Members extends ProfileMembers>(
  profile: Profile<State, unknown, Members>,
  sources: BundleSources,
  run: string,
  { embed = false, open = false, ...under }: BundleOptions = {},
): Promise<Bundle<Members>> {
  const evidence = await collectEvidence(profile, sources.ledger, run, under)
  const signers = await sources.signers()
  checkSigners(signers, evidenceKeysAt(evidence.records, evidence.heads.position))
  const named = embed ? profile.artifacts(evidence.records) : []
  const artifacts = await embeddedArtifacts(run, named, sources.artifacts)
  const openings = open ? await openingsOf(profile, evidence, sources.vault) : NOTHING_SHOWN.openings
  const shown = { embed: artifacts.embed, openings }
  const { files, manifest } = bundleFiles(evidence, shown, derive(profile, evidence, shown))
  const statement = statementOf(manifest, files.get(MANIFEST_FILE)!)
  const envelope = await dsseEnvelope(IN_TOTO_PAYLOAD_TYPE, canonicalBytes(statement), signers)
  const bytes = zip(new Map(files).set('manifest.dsse.json', envelope))
  return { bytes, manifest, warnings: artifacts.warnings }
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
