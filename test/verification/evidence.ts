/** What each program is given of an attack: the evidence itself, and the parts of it that others read. */
import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import { storedFile } from '../foreign/stored-file.js'
import { caseOf, goldenVectors, type Vector } from '../go/vectors.js'
import { namedBy } from './attack-table.js'

export interface SignedBytes {
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** What signs, and a SubjectPublicKeyInfo. */
  readonly alg: string
  readonly key: Buffer
}

const all = goldenVectors()
const LEDGER_KEY = all.find(({ name }) => name === 'valid/honest')?.options.trust?.[0]?.vkey ?? ''

const byName = new Map(all.map((vector) => [vector.name, vector]))

/** The vectors that a list of words names. */
export const vectorsOf = (words: string | undefined, passes: boolean): Vector[] =>
  namedBy(words, passes, [...byName.keys()]).map((name) => byName.get(name)!) // one of its keys

/** The checkpoint of a vector, and the key that its caller has pinned. */
export function noteOf(vector: Vector): { readonly note: Buffer; readonly vkey: string } {
  const { evidence } = caseOf(vector)
  const note =
    evidence instanceof Uint8Array ? storedFile(Buffer.from(evidence), 'checkpoint') : evidence.get('checkpoint')
  return { note: Buffer.from(note ?? ''), vkey: vector.options.trust?.[0]?.vkey ?? LEDGER_KEY }
}

/** The envelope of a vector as it lies there. */
export const envelopeOf = (vector: Vector): string =>
  Buffer.from(storedFile(archiveOf(vector), 'manifest.dsse.json')).toString('utf8')

// A bundle is one archive.
const archiveOf = (vector: Vector): Buffer => Buffer.from(caseOf(vector).evidence as Uint8Array)

/** A key of a ledger, as its record has it. */
export interface LedgerKey {
  readonly id: string
  readonly alg: string
  /** Hex. */
  readonly public: string
}

const HONEST: LedgerKey = {
  id: evidenceKey.id,
  alg: 'ed25519',
  public: Buffer.from(evidenceKey.publicKey).toString('hex'),
}

/** The keys that a bundle introduces, in their order; none where its records cannot be read. */
function keysOf(vector: Vector): LedgerKey[] {
  const lines = Buffer.from(storedFile(archiveOf(vector), 'records.jsonl'))
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
  const records: readonly { readonly type: string; readonly data: { readonly key: LedgerKey } }[] = lines.map((line) =>
    JSON.parse(line),
  )
  return records.filter(({ type }) => type.startsWith('dev.clyra.ledger.key.introduced.')).map(({ data }) => data.key)
}

/** The key that signed the manifest by its envelope's word, where that is one of ECDSA or RSA; else the honest one. */
export function manifestKeyOf(vector: Vector): LedgerKey {
  const { signatures }: { readonly signatures?: readonly { readonly keyid: string }[] } = JSON.parse(envelopeOf(vector))
  return keysOf(vector).find(({ id, alg }) => alg !== 'ed25519' && id === signatures?.[0]?.keyid) ?? HONEST
}

/** The last key of ECDSA or RSA that a bundle introduces, as a SubjectPublicKeyInfo. */
export function lastKeyOf(vector: Vector): Buffer {
  const key = keysOf(vector).findLast(({ alg }) => alg !== 'ed25519')
  if (key === undefined) throw new Error(`${vector.name} introduces no key of ECDSA or RSA`)
  return spkiOf(key)
}

const SPKI: Readonly<Record<string, string>> = {
  ed25519: '302a300506032b6570032100',
  'ecdsa-p256-sha256': '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  'rsa-pss-3072-sha256': '',
}
/** RFC 8410 and RFC 5480: what stands before the public key of the record; one of RSA is that already. */
export const spkiOf = (key: LedgerKey): Buffer => Buffer.from(`${SPKI[key.alg]}${key.public}`, 'hex')

/** The first line under the key's name, as the recipe of docs/verifying.md takes it apart. */
export function signedNote(note: Buffer, vkey: string): SignedBytes {
  const [, name = '', key = ''] = /^(.*?)\+.{8}\+(.*)$/.exec(vkey) ?? []
  const text = note.toString('utf8')
  const line = text.split('\n').find((one) => one.startsWith(`— ${name} `)) ?? ''
  return {
    message: Buffer.from(text.slice(0, text.lastIndexOf('\n\n') + 1)),
    signature: Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4),
    alg: 'ed25519',
    key: spkiOf({ ...HONEST, public: Buffer.from(key, 'base64').subarray(1).toString('hex') }),
  }
}

/** The first signature of an envelope, and what it is over. */
export function signedEnvelope(vector: Vector): SignedBytes {
  const { payload, payloadType, signatures } = JSON.parse(envelopeOf(vector))
  const key = manifestKeyOf(vector)
  const bytes = Buffer.from(payload, 'base64')
  return {
    message: Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]),
    signature: Buffer.from(signatures[0]?.sig ?? '', 'base64'),
    alg: key.alg,
    key: spkiOf(key),
  }
}
