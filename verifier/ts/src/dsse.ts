import { ALGORITHMS } from './algorithms.js'
import { concatBytes, fromBase64, utf8 } from './bytes.js'
import type { Documents, DsseEnvelope } from './documents.js'
import { admit } from './json.js'
import { isValidAt, type Keys } from './keys.js'
import { type Offences, Refusal } from './refusal.js'
import { anyObject, arrayOf, hashText, object, oneOf, shapeAs, text } from './shape.js'
import { SPEC } from './spec.generated.js'

const FILE = { file: 'manifest.dsse.json' }

const statement = object({
  _type: oneOf(SPEC.dsse.statementType),
  subject: arrayOf(anyObject),
  predicateType: oneOf(SPEC.dsse.predicateType),
  predicate: object({ genesis: text(), origin: text(), size: text(), root: text(), run: text() }),
})

const manifestSubject = object({ name: oneOf('manifest.json'), digest: object({ sha256: hashText }) })

/** DSSE v1 pre-authentication encoding: lengths in front, so that no byte can move between type and payload. */
export const preAuthEncoding = (payloadType: string, payload: Uint8Array): Uint8Array => {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/**
 * Stage DSSE: an evidence key of the ledger, valid at `position`, has signed the statement that this manifest, of this
 * ledger, size, root and run, is evidence. The signature is checked before the payload is read. Returns the signers' ids.
 */
export function checkManifestSignature(
  documents: Documents,
  keys: Keys,
  position: number,
  offences: Offences,
): string[] {
  const { envelope } = documents
  if (envelope.payloadType !== SPEC.dsse.payloadType) throw new Refusal('DSSE_PAYLOAD_TYPE', envelope.payloadType, FILE)
  const payload = fromBase64(envelope.payload)
  if (payload === undefined) throw new Refusal('DSSE_BASE64', 'the payload is not base64', FILE)
  const signers = evidenceSigners(envelope, payload, keys, position, offences)
  offences.settle()
  checkStatement(payload, documents)
  return signers
}

function evidenceSigners(
  envelope: DsseEnvelope,
  payload: Uint8Array,
  keys: Keys,
  position: number,
  offences: Offences,
): string[] {
  const message = preAuthEncoding(envelope.payloadType, payload)
  const signers = new Set<string>()
  const rejected: [Refusal['code'], string][] = []
  for (const { keyid, sig } of envelope.signatures) {
    const signature = fromBase64(sig)
    if (signature === undefined) throw new Refusal('DSSE_BASE64', 'a signature is not base64', FILE)
    // The algorithm comes from the key that the ledger names, never from the message.
    const state = keys.get(keyid)
    if (state === undefined) rejected.push(['KEY_NOT_INTRODUCED', keyid])
    else if (!ALGORITHMS[state.key.alg].verify(signature, message, state.key.public)) {
      offences.add('DSSE_SIGNATURE_INVALID', `the signature of key ${keyid} does not verify`, FILE)
    } else if (state.key.purpose !== 'evidence')
      rejected.push(['KEY_WRONG_PURPOSE', `${keyid} is a key for ${state.key.purpose}`])
    // Without a place in the log of its own, a signature by a key known as compromised may be of any time.
    else if (state.compromised) rejected.push(['KEY_COMPROMISED', keyid])
    else if (!isValidAt(state, position))
      rejected.push(['KEY_REVOKED', `${keyid} is not valid at position ${position}`])
    else signers.add(keyid)
  }
  if (signers.size === 0) for (const [code, detail] of rejected) offences.add(code, detail, FILE)
  return [...signers]
}

function checkStatement(payload: Uint8Array, { manifest, manifestDigest }: Documents): void {
  const refuse = (code: Refusal['code'], detail: string) => new Refusal(code, detail, FILE)
  const { subject, predicate } = readStatement(payload)
  const [only] = subject
  if (subject.length !== 1 || only === undefined) throw refuse('DSSE_SUBJECT', `${subject.length} subjects`)
  const { digest } = shapeAs(manifestSubject, only, 'DSSE_SUBJECT', FILE)
  if (digest.sha256 !== manifestDigest)
    throw refuse('DSSE_DIGEST_MISMATCH', 'the signed digest is not that of manifest.json')
  const { genesis, origin, size, root, run } = predicate
  const stated = [genesis, origin, size, root, run].join('\n')
  const actual = [manifest.genesis, manifest.origin, String(manifest.size), manifest.root, manifest.run.id].join('\n')
  if (stated !== actual) throw refuse('DSSE_PREDICATE_MISMATCH', 'the signed predicate is not of this manifest')
}

function readStatement(payload: Uint8Array) {
  try {
    return shapeAs(statement, admit(payload, FILE), 'DSSE_STATEMENT_INVALID', FILE)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('DSSE_STATEMENT_INVALID', error.message, FILE)
  }
}
