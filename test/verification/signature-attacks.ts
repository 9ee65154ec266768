import type { Attack } from './attack.js'

export const SIGNATURE_ATTACKS: readonly Attack[] = [
  {
    attack: 'malleable S',
    noteSignatures: 'signature-malleable',
    signatureDamages: ['the other S of the same signature'],
  },
  {
    attack: 'points of small order, not in their one form, or none',
    vectors: 'key-small-* key-unreduced key-no-point root-malformed key-malformed-before-reused',
    noteSignatures: 'signature-r-* signature-small-order-r small-order-ledger-key signature-with-cofactor-only',
  },
  {
    attack: 'a key where its purpose does not belong',
    vectors:
      'dsse-wrong-purpose key-ecdsa-receipt-signs dsse-ledger-key dsse-purpose-before-compromised key-receipt-signs-manifest key-ledger-purpose ' +
      'genesis-key-of-another-purpose signature-evidence-key signature-of-a-badge-in-genesis root-signs-manifest',
  },
  {
    attack: 'one key id for two keys',
    vectors: 'key-id-of-another genesis-keys-of-equal-hash genesis-key-twice',
    noteSignatures: 'pin-of-equal-key-hash',
    envelopeSignatures: 'dsse-key-id-swapped',
  },
  {
    attack: 'a bad signature of a known key',
    vectors: 'dsse-bad-of-wrong-purpose pinned-key-bad-line',
    noteSignatures: 'signature-flipped signature-short signature-other-text',
    notes: 'signature-good-and-bad',
    envelopeSignatures: 'dsse-signature',
    envelopes: 'dsse-bad-beside-good',
    signatureDamages: [
      'a bit in the signature of the checkpoint',
      'another root in the checkpoint under the old signature',
    ],
  },
  {
    attack: 'a signature of a stranger',
    notes: 'signature-stranger signature-other-name signature-under-the-only-pin',
    vectors: 'signature-under-pinned-name dsse-no-keys',
    envelopes: 'dsse-stranger',
    noteDamages: ['the checkpoint signed by another key under the ledger’s name'],
  },
  {
    attack: 'the other S of ECDSA',
    envelopeSignatures: 'ecdsa-high-s',
  },
  {
    attack: 'DER that is not the one form, P1363 in place of DER',
    envelopeSignatures:
      'ecdsa-p1363 ecdsa-indefinite-length ecdsa-long-length ecdsa-negative-number ecdsa-padded-number ecdsa-empty-number ' +
      'ecdsa-octet-strings ecdsa-one-number ecdsa-third-number ecdsa-trailing-byte',
  },
  {
    attack: 'numbers of ECDSA out of their range, another digest, another key',
    envelopeSignatures: 'ecdsa-r-* ecdsa-s-zero ecdsa-empty ecdsa-sha384 ecdsa-other-key',
  },
  {
    attack: 'RSA-PSS with another salt, mask, digest or padding',
    envelopeSignatures:
      'rsa-salt-* rsa-mgf1-sha1 rsa-sha384 rsa-pkcs1 rsa-padding rsa-first-byte rsa-trailer rsa-zero rsa-long rsa-and-modulus',
  },
  {
    attack: 'points of another curve, of none, or in another form',
    vectors: 'key-ecdsa-compressed key-ecdsa-p384 key-ecdsa-spki key-ecdsa-id',
    keys: 'key-ecdsa-hybrid key-ecdsa-infinity key-ecdsa-no-point key-ecdsa-other-curve key-ecdsa-unreduced',
  },
  {
    attack: 'a modulus that is too small, too large or even',
    vectors: 'key-rsa-2048 key-rsa-30* key-rsa-even key-rsa-8200 key-rsa-empty',
  },
  { attack: 'another exponent than 65537', keys: 'key-rsa-exponent-*' },
  {
    attack: 'an RSA key in another form',
    vectors: 'key-rsa-id',
    keys: 'key-rsa-long-length key-rsa-trailing-byte key-rsa-without-null key-rsa-pss-identifier key-rsa-pkcs1 key-rsa-one-byte',
  },
  {
    attack: 'a key of one algorithm used for another, an algorithm that the message names',
    vectors:
      'key-ecdsa-as-ed25519 key-ecdsa-of-* key-ecdsa-type key-ecdsa-for-ledger key-ecdsa-in-genesis key-ecdsa-later-ledger ' +
      'key-ecdsa-root key-rsa-point key-rsa-type key-rsa-of-version-1',
    envelopes: 'dsse-algorithm',
    envelopeSignatures: 'ecdsa-by-ed25519 ed25519-by-ecdsa rsa-by-ecdsa',
  },
  {
    attack: 'a key that was revoked, or is not valid yet',
    vectors:
      'dsse-revoked-key key-rsa-revoked dsse-revoked-and-stranger key-revoked-before ledger-key-revoked checkpoint-key-* pinned-key-compromised ' +
      'pinned-key-compromised-and-valid pinned-key-compromised-since-after pinned-key-superseded ' +
      'pin-of-another-ledger-beside-a-compromised-key only-pinned-key-compromised-later tiles-last-record-revokes ' +
      'tiles-pinned-key-compromised dsse-not-yet-introduced',
  },
  { attack: 'a revocation that is left out', vectors: 'dsse-revocation-left-out held-checkpoint-newer' },
  {
    attack: 'a signature backdated with a stolen key',
    vectors:
      'dsse-compromised-key dsse-compromised-later dsse-compromised-then-retired compromised-later compromised-later-since ' +
      'key-compromised-later key-compromised-without-reason',
  },
  {
    attack: 'one key introduced twice, or for two purposes',
    vectors:
      'key-again key-twice key-ecdsa-twice key-two-purposes key-in-both-versions ledger-key-introduced-again key-replaces-itself',
  },
  {
    attack: 'another payload, or bytes moved between type and payload',
    envelopeSignatures: 'dsse-payload-changed dsse-payload-type dsse-signed-* dsse-type-shifted',
  },
  {
    attack: 'a statement of two subjects, of another subject or digest',
    envelopes:
      'statement-two-subjects statement-no-subject statement-other-subject statement-second-digest statement-subject-* ' +
      'statement-digest statement-digest-upper',
  },
  {
    attack: 'a statement of other evidence',
    envelopes: 'statement-origin statement-size statement-run statement-type statement-predicate-*',
    vectors: 'manifest-changed',
  },
  {
    attack: 'base64 that is not the one form of its bytes',
    envelopes: 'dsse-base64-newline dsse-base64-unpadded dsse-base64-before-signature',
    notes: 'note-base64 note-line-base64-cut note-line-url-base64 checkpoint-root-spare-bits checkpoint-root-unpadded',
    noteDamages: ['spare bits in the base64 of the signature'],
  },
]
