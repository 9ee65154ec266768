/** What each program is given of an attack: the evidence itself, and the parts of it that others read. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import { storedFile } from '../foreign/stored-file.js'
import { type Case, caseOf, goldenVectors, type Vector } from '../go/vectors.js'

export interface SignedBytes {
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly key: KeyObject
}

const all = goldenVectors()
const LEDGER_KEY = all.find(({ name }) => name === 'valid/honest')?.options.trust?.[0]?.vkey ?? ''

/** The vectors that a list of words names, `*` being any letters: valid ones where they must pass, else all others. */
export function vectorsOf(words: string | undefined, passes: boolean): Vector[] {
  return (words ?? '')
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word) => {
      const pattern = new RegExp(`^${word.replaceAll('*', '.*')}$`)
      const found = all.filter(({ name }) => {
        const [group, own] = name.split('/') as [string, string]
        return (group === 'valid') === passes && pattern.test(own)
      })
      if (found.length === 0) throw new Error(`no golden vector is called ${word}`)
      return found
    })
}

/** The checkpoint of a vector, and the key that its caller has pinned. */
export function noteOf(vector: Vector): { readonly note: Buffer; readonly vkey: string } {
  const { evidence } = caseOf(vector)
  const note =
    evidence instanceof Uint8Array ? storedFile(Buffer.from(evidence), 'checkpoint') : evidence.get('checkpoint')
  return { note: Buffer.from(note ?? ''), vkey: vector.options.trust?.[0]?.vkey ?? LEDGER_KEY }
}

/** The envelope of a vector as it lies there. */
export const envelopeOf = (vector: Vector): string =>
  Buffer.from(
    storedFile(Buffer.from((caseOf(vector) as Case & { evidence: Uint8Array }).evidence), 'manifest.dsse.json'),
  ).toString('utf8')

export const EVIDENCE_KEY = { keyid: evidenceKey.id, public: Buffer.from(evidenceKey.publicKey).toString('hex') }

/** The first line under the key's name, as the recipe of docs/verifying.md takes it apart. */
export function signedNote(note: Buffer, vkey: string): SignedBytes {
  const [, name = '', key = ''] = /^(.*?)\+.{8}\+(.*)$/.exec(vkey) ?? []
  const text = note.toString('utf8')
  const line = text.split('\n').find((one) => one.startsWith(`— ${name} `)) ?? ''
  return {
    message: Buffer.from(text.slice(0, text.lastIndexOf('\n\n') + 1)),
    signature: Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4),
    key: ed25519(Buffer.from(key, 'base64').subarray(1)),
  }
}

/** The first signature of an envelope, and what it is over. */
export function signedEnvelope(envelope: string): SignedBytes {
  const { payload, payloadType, signatures } = JSON.parse(envelope)
  const bytes = Buffer.from(payload, 'base64')
  return {
    message: Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]),
    signature: Buffer.from(signatures[0]?.sig ?? '', 'base64'),
    key: ed25519(Buffer.from(EVIDENCE_KEY.public, 'hex')),
  }
}

function ed25519(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
