import { base64, concatBytes, utf8 } from '../../src/bytes.js'
import type { JsonObject } from '../../src/json.js'
import { evidenceKey } from '../bundle-maker.js'
import { testKey } from '../ledger-maker.js'
import { sampleLedger } from '../sample-ledger.js'
import { asKeys, goneOn, heldOf, nothing } from './later.js'
import { bad, type Vector } from './vector.js'

/** Envelopes whose good key signed other bytes than the one encoding of type and payload, or signed too early. */
export function envelopeVectors(): Vector[] {
  const type = 'application/vnd.in-toto+json'
  const signed = (message: (payload: Uint8Array) => Uint8Array, payloadType = type) => ({
    envelope: (envelope: JsonObject): JsonObject => {
      const payload = Uint8Array.from(Buffer.from(String(envelope['payload']), 'base64'))
      const sig = base64(evidenceKey.sign(message(payload)))
      return { ...envelope, payloadType, signatures: [{ keyid: evidenceKey.id, sig }] }
    },
  })
  const pae = (length: number, told: string, payload: Uint8Array): Uint8Array =>
    concatBytes(utf8(`DSSEv1 ${length} ${told} ${payload.length} `), payload)
  const refused = (name: string, shows: string, message: (payload: Uint8Array) => Uint8Array) =>
    bad('forged', `dsse-${name}`, 'DSSE_SIGNATURE_INVALID', shows, { lies: signed(message) })
  const ledger = sampleLedger()
  const newer = goneOn(nothing)
  return [
    refused('signed-payload-alone', 'The payload was signed, without type and lengths.', (payload) => payload),
    refused('signed-base64', 'The base64 text of the payload was signed.', (payload) =>
      pae(type.length, type, utf8(base64(payload))),
    ),
    refused('signed-without-lengths', 'Type and payload were signed without their lengths.', (payload) =>
      concatBytes(utf8(`DSSEv1 ${type} `), payload),
    ),
    refused('signed-shifted', 'The last letter of the type was signed as the first of the payload.', (payload) =>
      pae(type.length - 1, type.slice(0, -1), concatBytes(utf8('n'), payload)),
    ),
    refused('signed-length-padded', 'A length with a zero before it was signed.', (payload) =>
      concatBytes(utf8(`DSSEv1 0${type.length} ${type} ${payload.length} `), payload),
    ),
    refused('signed-other-type', 'Another type was signed than the envelope names.', (payload) =>
      pae(10, 'text/plain', payload),
    ),
    bad('forged', 'dsse-type-shifted', 'DSSE_PAYLOAD_TYPE', 'Type and payload moved by one letter, both signed so.', {
      lies: signed((payload) => pae(type.length - 1, type.slice(0, -1), payload), type.slice(0, -1)),
    }),
    bad(
      'forged',
      'dsse-not-yet-introduced',
      'KEY_NOT_INTRODUCED',
      'A key that the ledger introduces only after this bundle signs it, and a newer bundle tells of that key.',
      {
        ledger,
        lies: { signers: [testKey('evidence 2')] },
        options: { keys: [asKeys(newer)], checkpoints: heldOf(newer) },
      },
    ),
  ]
}
