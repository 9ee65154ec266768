import { base64, canonicalBytes, concatBytes, utf8 } from '../canonical/index.js'
import { type Signer, signWith } from '../crypto/index.js'

/** The media type of an in-toto Statement (in-toto attestation spec v1). */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/**
 * A DSSE v1 envelope in RFC 8785 form: `{payload, payloadType, signatures: [{keyid, sig}]}`, one signature a signer,
 * in the order given, each over the pre-authentication encoding and in the one form of its algorithm. Throws as
 * `signWith`.
 */
export async function dsseEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Signer[],
): Promise<Uint8Array> {
  const message = preAuthenticationEncoding(payloadType, payload)
  const signatures: { keyid: string; sig: string }[] = []
  for (const signer of signers) {
    signatures.push({ keyid: signer.keyId, sig: base64(await signWith(signer, message)) })
  }
  return canonicalBytes({ payload: base64(payload), payloadType, signatures })
}

/** `"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload` (DSSE protocol.md). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload)
}
