import { canonicalBytes, decimal, hex, utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { type LedgerRecord, openSealed, parseRecord } from '../events/index.js'
import type { HeadsPath } from '../ledger/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { CollectedEvidence } from './collect-evidence.js'
import { BUNDLE_LIMITS, tooLarge } from './container/index.js'
import type { Derived, Shown } from './derive.js'
import { type Claim, MANIFEST_FILE, type Manifest, type ManifestHead, type ProfileMembers } from './manifest.js'

/** Artefacts above this size are never embedded. */
export const MAX_EMBEDDED_BYTES = BUNDLE_LIMITS.embeddedArtifactBytes

/**
 * All files of a bundle but the signature: a pure function of its arguments, the same bytes whenever it is called.
 * `checkpoint` is among them, though detached: it is the note that the ledger keeps.
 *
 * Throws ARTIFACT_MISSING for an artefact that no record names, ARTIFACT_CORRUPT for one with another digest,
 * EVENT_INVALID for an opening that is not of its record, BUNDLE_TOO_LARGE.
 */
export function bundleFiles<Members extends ProfileMembers>(
  evidence: CollectedEvidence,
  { embed, openings }: Shown,
  derived: Derived<Members>,
): { readonly files: ReadonlyMap<string, Uint8Array>; readonly manifest: Manifest<Members> } {
  const named = new Map(derived.artifacts.map(({ sha256, size }) => [sha256, size]))
  const embedded = checkedArtifacts(named, embed)
  const listed = new Map<string, Uint8Array>([
    ...embedded,
    ['heads.json', headsFile(evidence)],
    ['proof.json', proofFile(evidence)],
    ['records.jsonl', recordsFile(evidence.records)],
    ['report.html', derived.report],
  ])
  if (openings.length > 0) listed.set('openings.json', openingsFile(evidence.records, openings))
  const external = [...named].filter(([digest]) => !embedded.has(`artifacts/${digest}`))
  assertFits(evidence.claims.length, BUNDLE_LIMITS.claims, 'claimed streams')
  assertFits(external.length, BUNDLE_LIMITS.external, 'external artefacts')
  const manifest = manifestOf(evidence, listed, external, derived)
  const manifestBytes = canonicalBytes(manifest)
  if (manifestBytes.length > BUNDLE_LIMITS.manifestBytes) throw tooLarge(`a manifest of ${manifestBytes.length} bytes`)
  const files = new Map(listed).set(MANIFEST_FILE, manifestBytes).set('checkpoint', evidence.checkpoint.note)
  return { files, manifest }
}

function assertFits(count: number, limit: number, what: string): void {
  if (count > limit) throw tooLarge(`${count} ${what}, where a manifest lists ${limit} at most`)
}

function manifestOf<Members extends ProfileMembers>(
  evidence: CollectedEvidence,
  listed: ReadonlyMap<string, Uint8Array>,
  external: readonly (readonly [string, string])[],
  { profile, members, kinds, projections, renderer }: Derived<Members>,
): Manifest<Members> {
  const heads = new Map(evidence.paths.map((path) => [path.stream, headOf(path)]))
  return {
    ...members,
    format: 'clyra.bundle/0',
    profile,
    genesis: hex(evidence.genesis),
    origin: evidence.origin,
    size: String(evidence.checkpoint.size),
    root: hex(evidence.checkpoint.root),
    completeAsOf: { position: decimal(evidence.heads.position), recordedat: evidence.heads.event.recordedat },
    claims: evidence.claims.map((stream) => claimOf(stream, heads.get(stream) ?? null, kinds)),
    files: [...listed]
      .sort(byFirst)
      .map(([path, bytes]) => ({ path, size: decimal(bytes.length), sha256: hex(sha256(bytes)) })),
    external: [...external].sort(byFirst).map(([sha, size]) => ({ sha256: sha, size })),
    projections: [...projections].sort((a, b) => compare(a.name, b.name)),
    ...(renderer === null ? {} : { renderer }),
  }
}

function checkedArtifacts(
  named: ReadonlyMap<string, string>,
  embed: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [digest, bytes] of embed) {
    if (!named.has(digest)) {
      throw new ClyraError('ARTIFACT_MISSING', `no record of the run names an artefact ${digest}`, {
        details: { sha256: digest },
      })
    }
    if (hex(sha256(bytes)) !== digest) {
      throw new ClyraError('ARTIFACT_CORRUPT', `the artefact ${digest} no longer has that digest`, {
        details: { sha256: digest },
      })
    }
    if (bytes.length <= MAX_EMBEDDED_BYTES) files.set(`artifacts/${digest}`, bytes)
  }
  return files
}

const LF = 0x0a

/** The ledger's bytes, each line ended by one LF, in position order. */
function recordsFile(records: readonly LedgerRecord[]): Uint8Array {
  let length = 0
  for (const record of records) length += record.bytes.length + 1
  const file = new Uint8Array(length)
  let at = 0
  for (const { bytes } of records) {
    file.set(bytes, at)
    at += bytes.length
    file[at++] = LF
  }
  return file
}

function proofFile(evidence: CollectedEvidence): Uint8Array {
  return jsonFile('proof.json', {
    positions: evidence.records.map((record) => decimal(record.position)),
    hashes: evidence.hashes.map(hex),
    size: String(evidence.checkpoint.size),
  })
}

function headsFile(evidence: CollectedEvidence): Uint8Array {
  return jsonFile('heads.json', {
    root: evidence.heads.event.data.root,
    position: decimal(evidence.heads.position),
    paths: evidence.paths.map((path) => ({
      stream: path.stream,
      head: headOf(path),
      siblings: path.proof.siblings.map(hex),
      other:
        path.proof.other === null
          ? null
          : { key: hex(path.proof.other.keyHash), value: hex(path.proof.other.valueHash) },
    })),
  })
}

function openingsFile(records: readonly LedgerRecord[], openings: readonly BundleOpening[]): Uint8Array {
  const byPosition = new Map(records.map((record) => [record.position, record]))
  for (const opening of openings) {
    const record = byPosition.get(opening.position)
    if (record === undefined || !openSealed(parseRecord(record.bytes), opening)) {
      throw new ClyraError(
        'EVENT_INVALID',
        `the opening of ${opening.pointer} is not of the record at ${opening.position}`,
        {
          details: { position: opening.position, pointer: opening.pointer },
        },
      )
    }
  }
  const sorted = [...openings].sort((a, b) => a.position - b.position || compareUtf8(a.pointer, b.pointer))
  return jsonFile(
    'openings.json',
    sorted.map(({ position, pointer, salt, value }) => ({
      position: decimal(position),
      pointer,
      salt: hex(salt),
      value,
    })),
  )
}

function jsonFile(name: string, value: object): Uint8Array {
  const bytes = canonicalBytes(value)
  if (bytes.length > BUNDLE_LIMITS.jsonBytes) throw tooLarge(`${bytes.length} bytes of ${name}`)
  return bytes
}

function claimOf(stream: string, head: ManifestHead | null, kinds: boolean): Claim {
  return { stream, ...(kinds ? { kind: head === null ? 'absent' : 'complete' } : {}), head }
}

function headOf({ head }: HeadsPath): ManifestHead | null {
  return head === null ? null : { revision: String(head.revision), leaf: hex(head.leaf) }
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(utf8(a), utf8(b))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** For ASCII keys: digests, paths. */
function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compare(a[0], b[0])
}
