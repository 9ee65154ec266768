import type { Archive } from './archive.js'
import { hex } from './bytes.js'
import { isRecordedAt, ORIGIN, STREAM } from './grammar.js'
import { admit, type JsonValue } from './json.js'
import type { LogRecord } from './record.js'
import { readRecord } from './record.js'
import { type Offences, Refusal } from './refusal.js'
import { sha256, sha256Large } from './sha256.js'
import {
  anyObject,
  anyValue,
  arrayOf,
  attempt,
  boolean,
  decimal,
  differs,
  hash,
  hashText,
  integer,
  nullable,
  object,
  oneOf,
  optional,
  type Shape,
  type Shaped,
  shapeAs,
  sortedBy,
  text,
} from './shape.js'
import { type FaultCode, PROFILES, SPEC } from './spec.generated.js'

const streamName = text(STREAM, 'a stream name')
const head = nullable(object({ revision: decimal, leaf: hash }))
const artifactPath = /^artifacts\/([0-9a-f]{64})$/
const bySha256 = ({ sha256 }: { readonly sha256: string }) => sha256
const recordedAt: Shape<string> = (value, path) => text(/./)(isRecordedAt(String(value)) ? value : undefined, path)

const makerName = text(/^[a-z][a-z0-9-]{0,30}$/)
const limits = SPEC.limits

const claimMembers = object({ stream: streamName, head, kind: optional(oneOf(...SPEC.claims.kinds)) })
/** The kind says in a word whether there is a head. */
const claim: typeof claimMembers = (value, path) => {
  const one = claimMembers(value, path)
  if (one.kind === undefined || one.kind === (one.head === null ? 'absent' : 'complete')) return one
  return differs(`${path}/kind`, 'the kind of its head')
}

const wordOrNull = nullable(text())
const performance = object({
  observed: arrayOf(
    object({
      what: text(),
      subject: wordOrNull,
      unit: wordOrNull,
      from: wordOrNull,
      to: wordOrNull,
      count: wordOrNull,
      p50: wordOrNull,
      p95: wordOrNull,
      p99: wordOrNull,
      max: wordOrNull,
      budget: wordOrNull,
      within: nullable(boolean),
    }),
    { max: limits.observed },
  ),
  unlisted: decimal,
  kept: decimal,
  exceeded: decimal,
})

const manifestMembers = object({
  format: oneOf(SPEC.bundleFormat),
  profile: oneOf(...PROFILES),
  genesis: hashText,
  origin: text(ORIGIN),
  size: decimal,
  root: hashText,
  run: object({
    id: text(/^[A-Za-z0-9._:~-]{1,200}$/),
    completeness: oneOf('complete', 'partial', 'unknown'),
    reasons: sortedBy(text(/^[a-z0-9-]{1,64}$/), (reason) => reason, { max: limits.reasons }),
  }),
  completeAsOf: object({ position: decimal, recordedat: recordedAt }),
  demonstration: boolean,
  claims: sortedBy(claim, ({ stream }) => stream, { max: limits.claims }),
  files: sortedBy(object({ path: text(/^[a-z0-9./-]{1,255}$/), size: decimal, sha256: hashText }), ({ path }) => path, {
    max: limits.files,
  }),
  external: sortedBy(object({ sha256: hashText, size: decimal }), bySha256, { max: limits.external }),
  projections: sortedBy(object({ name: makerName, version: integer, digest: hashText }), ({ name }) => name, {
    max: limits.projections,
  }),
  governance: nullable(anyObject),
  policy: nullable(hashText),
  renderer: optional(object({ name: makerName, version: integer })),
  payout: optional(nullable(anyObject)),
  performance: optional(performance),
})
export type Manifest = Shaped<typeof manifestMembers>

/** Kinds, payout and performance came together: bundles of DEF from before have none of them. */
const manifest: Shape<Manifest> = (value, path) => {
  const all = manifestMembers(value, path)
  const parts = [all.payout, all.performance, ...all.claims.map(({ kind }) => kind)]
  const missing = parts.filter((part) => part === undefined).length
  if (missing === 0 || (missing === parts.length && all.profile === 'def')) return all
  return differs(path, 'with the kinds of its claims, payout and performance')
}

const envelope = object({
  payload: text(),
  payloadType: text(),
  signatures: arrayOf(object({ keyid: hashText, sig: text() }), { min: 1, max: SPEC.limits.envelopeSignatures }),
})
export type DsseEnvelope = Shaped<typeof envelope>

const proof = object({ positions: arrayOf(decimal), hashes: arrayOf(hash), size: decimal })
export type Proof = Shaped<typeof proof>

const heads = object({
  root: hash,
  position: decimal,
  paths: sortedBy(
    object({
      stream: streamName,
      head,
      siblings: arrayOf(hash, { max: 256 }),
      other: nullable(object({ key: hash, value: hash })),
    }),
    ({ stream }) => stream,
  ),
})
export type Heads = Shaped<typeof heads>

/**
 * A pointer into a record, at most as long as one, of what member names are made of. The length is looked at first: the pattern would take megabytes with
 * one step back for each character, more than the engine keeps.
 */
const pointer: Shape<string> = (value, path) => {
  const fits = typeof value === 'string' && value.length <= SPEC.limits.recordBytes
  return text(/^(\/([A-Za-z0-9_.:$@-]|~[01])*)+$/)(fits ? value : undefined, path)
}

/** Sorted by position, then pointer; positions are padded so that text order is number order. */
const openings = sortedBy(
  object({ position: decimal, pointer, salt: hash, value: anyValue }),
  ({ position, pointer }) => `${String(position).padStart(16, '0')}${pointer}`,
)
export type Openings = Shaped<typeof openings>

/** Everything in a bundle that is read, admitted and typed; none of it believed yet. */
export interface Documents {
  readonly archive: Archive
  readonly manifest: Manifest
  readonly manifestDigest: string
  readonly envelope: DsseEnvelope
  readonly proof: Proof
  readonly heads: Heads
  readonly openings: Openings
  readonly records: readonly LogRecord[]
  /** SHA-256 -> bytes of the embedded artefacts, as they are named. */
  readonly artifacts: ReadonlyMap<string, Uint8Array>
}

/** Stage JSON: the manifest, its table of files, then every other document and record. */
export async function readDocuments(archive: Archive, offences: Offences): Promise<Documents> {
  const manifestBytes = archive.get('manifest.json')
  if (manifestBytes === undefined) throw new Refusal('FILE_MISSING', 'is required', { file: 'manifest.json' })
  const manifest = readManifest(manifestBytes)
  const digests = await checkFiles(archive, manifest, offences)
  // What is not the bytes that were listed is not worth reading; FILE_* comes before JSON_* in the table.
  offences.settle()
  const read = <T>(file: string, shape: Shape<T>, code: FaultCode): T | undefined =>
    attempt(offences, () => shapeAs(shape, readJson(archive, file), code, { file }))
  const documents = {
    archive,
    manifest,
    manifestDigest: hex(sha256(manifestBytes)),
    envelope: attempt(offences, () => readEnvelope(archive)),
    proof: read('proof.json', proof, 'PROOF_MALFORMED'),
    heads: read('heads.json', heads, 'HEADS_MALFORMED'),
    openings: archive.has('openings.json') ? read('openings.json', openings, 'OPENINGS_MALFORMED') : [],
    records: readRecords(archive.get('records.jsonl')!, offences),
    artifacts: embedded(archive, digests),
  }
  offences.settle()
  // Where one of them could not be read, an offence was settled just above.
  return documents as Documents
}

function readManifest(bytes: Uint8Array): Manifest {
  const where = { file: 'manifest.json' }
  if (bytes.length > SPEC.limits.manifestBytes) throw new Refusal('MANIFEST_MALFORMED', `${bytes.length} bytes`, where)
  const value = admit(bytes, where)
  const { format, profile } = shapeAs(
    object({ format: text(), profile: text() }, { open: true }),
    value,
    'MANIFEST_MALFORMED',
    where,
  )
  if (format !== SPEC.bundleFormat || !Object.hasOwn(SPEC.profiles, profile)) {
    throw new Refusal('FORMAT_UNSUPPORTED', `format ${format}, profile ${profile}`, where)
  }
  return shapeAs(manifest, value, 'MANIFEST_MALFORMED', where)
}

/** Every file is either detached, or listed with its size and digest; returns the digest of each listed file. */
async function checkFiles(
  archive: Archive,
  manifest: Manifest,
  offences: Offences,
): Promise<ReadonlyMap<string, string>> {
  const listed = new Map(manifest.files.map((file) => [file.path, file]))
  const unlisted = new Set<string>([...SPEC.files.unlisted, ...SPEC.files.detached])
  const knownNames = new Set<string>(SPEC.files.listed)
  const digests = new Map<string, string>()
  for (const file of SPEC.files.required) {
    if (!archive.has(file)) offences.add('FILE_MISSING', 'is required', { file })
    if (!unlisted.has(file) && !listed.has(file)) offences.add('FILE_UNLISTED', 'is not listed', { file })
  }
  for (const [file, bytes] of archive) {
    if (unlisted.has(file)) continue
    const entry = listed.get(file)
    if (entry === undefined) {
      offences.add('FILE_UNLISTED', 'is not listed', { file })
      continue
    }
    if (bytes.length !== entry.size)
      offences.add('FILE_SIZE_MISMATCH', `${bytes.length} bytes, listed ${entry.size}`, { file })
    const digest = hex(await sha256Large(bytes))
    if (digest !== entry.sha256) offences.add('FILE_DIGEST_MISMATCH', 'does not have the listed SHA-256', { file })
    digests.set(file, digest)
  }
  for (const file of listed.keys()) {
    if (!archive.has(file)) offences.add('FILE_MISSING', 'is listed', { file })
    if (!knownNames.has(file) && !artifactPath.test(file))
      offences.add('FILE_UNLISTED', 'is no file of the format', { file })
  }
  return digests
}

/** Small by rule: every signature in it is over its whole payload. */
function readEnvelope(archive: Archive): DsseEnvelope {
  const file = 'manifest.dsse.json'
  const { length } = archive.get(file)!
  if (length > SPEC.limits.envelopeBytes) throw new Refusal('DSSE_MALFORMED', `${length} bytes`, { file })
  return shapeAs(envelope, readJson(archive, file), 'DSSE_MALFORMED', { file })
}

function readJson(archive: Archive, file: string): JsonValue {
  const bytes = archive.get(file)!
  if (bytes.length > SPEC.limits.jsonBytes) throw new Refusal('JSON_SYNTAX', `${bytes.length} bytes`, { file })
  return admit(bytes, { file })
}

/**
 * The log's bytes, one record a line; where a line is refused its number stands for the position. The first refused line
 * ends the reading, so that hostile lines cost no more than honest ones.
 */
function readRecords(bytes: Uint8Array, offences: Offences): LogRecord[] {
  const file = 'records.jsonl'
  const records: LogRecord[] = []
  if (bytes.length === 0 || bytes.at(-1) !== 0x0a || bytes.length > SPEC.limits.recordsBytes) {
    offences.add('RECORDS_MALFORMED', 'is empty, too large, or does not end in a line feed', { file })
    return records
  }
  for (let start = 0, line = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    const where = { file, position: line }
    const record = attempt(offences, () => {
      if (end === start) throw new Refusal('RECORDS_MALFORMED', 'an empty line', where)
      return readRecord(bytes.subarray(start, end), where)
    })
    if (record === undefined) break
    records.push(record)
    start = end + 1
  }
  return records
}

function embedded(archive: Archive, digests: ReadonlyMap<string, string>): Map<string, Uint8Array> {
  const artifacts = new Map<string, Uint8Array>()
  for (const file of digests.keys()) {
    const name = artifactPath.exec(file)?.[1]
    if (name !== undefined) artifacts.set(name, archive.get(file)!)
  }
  return artifacts
}
