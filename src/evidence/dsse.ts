import { base64, canonicalBytes, concatBytes, utf8 } from '../canonical/index.js'
import { ALGORITHMS, type Signer } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'

/** The media type of an in-toto Statement (in-toto attestation spec v1). */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/**
 * A DSSE v1 envelope in RFC 8785 form: `{payload, payloadType, signatures: [{keyid, sig}]}`, one signature a signer,
 * in the order given, each over the pre-authentication encoding and in the one form of its algorithm. Throws KEY_INVALID
 * where what a signer gave is no signature of its key: a device may be set to another salt or digest.
 */
export async function dsseEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Signer[],
): Promise<Uint8Array> {
  const message = preAuthenticationEncoding(payloadType, payload)
  const signatures: { keyid: string; sig: string }[] = []
  for (const signer of signers) {
    signatures.push({ keyid: signer.keyId, sig: base64(await signed(signer, message)) })
  }
  return canonicalBytes({ payload: base64(payload), payloadType, signatures })
}

async function signed(signer: Signer, message: Uint8Array): Promise<Uint8Array> {
  const { normalised, verify } = ALGORITHMS[signer.algorithm]
  const signature = normalised(await signer.sign(message))
  if (verify(signature, message, signer.publicKey)) return signature
  throw new ClyraError('KEY_INVALID', `what the key ${signer.keyId} has signed does not verify by its public key`, {
    details: { keyId: signer.keyId, algorithm: signer.algorithm },
  })
}

/** `"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload` (DSSE protocol.md). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload)
}
