import { bytesOfNumber, numberOf } from '../../src/big-endian.js'
import { base64, concatBytes, fromHex, hex, utf8 } from '../../src/bytes.js'
import { P256_ORDER } from '../../src/ecdsa-p256.js'
import type { JsonObject } from '../../src/json.js'
import { noteKeyHash } from '../../src/note.js'
import { rsaKey } from '../../src/rsa-pss.js'
import { sha256 } from '../../src/sha256.js'
import { evidenceKey } from '../bundle-maker.js'
import { keyObject, noteKey, type TestKey, type TestLedger } from '../ledger-maker.js'
import { derOf, integer, type P256Numbers, p256Key, sequence, uncompressed } from '../p256-key.js'
import { hashWith, maskWith, type PssForm, rsaTestKey } from '../rsa-key.js'
import { DRAFTS, sampleLedger } from '../sample-ledger.js'
import { against, bad, good, type Vector } from './vector.js'

/** Log, sections 6.2, 6.3 and 8: evidence keys of ECDSA P-256 and RSA-PSS. */
export function algorithmVectors(): Vector[] {
  return [...goodVectors(), ...ecdsaSignatures(), ...rsaSignatures(), ...ecdsaKeys(), ...rsaKeys(), ...placeVectors()]
}

const p256 = p256Key('evidence')
const rsa = rsaTestKey(3072)

/** An honest ledger that introduces these keys for evidence too. */
function introducing(...keys: readonly TestKey[]): TestLedger {
  const ledger = sampleLedger()
  for (const key of keys) ledger.introduce(key)
  ledger.appendHeads()
  return ledger
}

/** A key as it is introduced: with its own id, unless the change names another. */
function introducingKey(key: JsonObject, version = 2): TestLedger {
  const ledger = sampleLedger()
  const type = `dev.clyra.ledger.key.introduced.v${version}`
  ledger.append({ stream: 'ledger-keys', type, data: { key, replaces: null } })
  ledger.appendHeads()
  return ledger
}

/** The key that stands for `bytes` under an algorithm, its id being right. */
function keyOf(of: TestKey & { readonly alg: string }, publicKey: Uint8Array, changes: JsonObject = {}): JsonObject {
  const { type, ...members } = keyObject(of, 'evidence')
  const head = type === 255 ? concatBytes(Uint8Array.of(255), utf8(of.alg)) : Uint8Array.of(Number(type))
  return { ...members, type: type!, public: hex(publicKey), id: hex(sha256(head, publicKey)), ...changes }
}

const signedBy = (shows: string, name: string, key: TestKey) => good(name, shows, introducing(key), { signers: [key] })

/** `key` signs the manifest, and what it signs has another form. */
function forged(name: string, shows: string, key: TestKey, sign: (message: Uint8Array) => Uint8Array): Vector {
  return bad('forged', name, 'DSSE_SIGNATURE_INVALID', shows, {
    ledger: introducing(key),
    lies: { signers: [{ ...key, sign }] },
  })
}

function goodVectors(): Vector[] {
  const short = (message: Uint8Array): P256Numbers => {
    for (let nonce = 0; nonce < 255; nonce++) {
      const numbers = p256.numbers(message, nonce)
      if (numbers.r < 2n ** 248n || numbers.s < 2n ** 247n) return numbers
    }
    throw new Error('no short number among 255 nonces')
  }
  const line = base64(concatBytes(noteKeyHash(noteKey('vectors.clyra.internal', p256)), Uint8Array.of(0)))
  return [
    signedBy('A key of ECDSA P-256 signs the manifest.', 'ecdsa', p256),
    good('ecdsa-short-number', 'A signature of which one number has fewer than 32 bytes.', introducing(p256), {
      signers: [{ ...p256, sign: (message) => derOf(short(message)) }],
    }),
    signedBy('A key of RSA-PSS signs the manifest: 3,072 bits.', 'rsa-3072', rsa),
    signedBy('A modulus of 4,096 bits.', 'rsa-4096', rsaTestKey(4096)),
    signedBy('A modulus of 8,192 bits, the most there is.', 'rsa-8192', rsaTestKey(8192)),
    good('three-algorithms', 'One manifest, signed by a key of each algorithm.', introducing(rsa, p256), {
      signers: [rsa, evidenceKey, p256],
    }),
    good(
      'note-line-of-ecdsa',
      'A line of the checkpoint that names an evidence key of ECDSA, under the name of the origin: a line of an unknown key.',
      introducing(p256),
      { signers: [p256], checkpoint: (note) => concatBytes(note, utf8(`\u2014 vectors.clyra.internal ${line}\n`)) },
    ),
  ]
}

function ecdsaSignatures(): Vector[] {
  const form = (name: string, shows: string, change: (numbers: P256Numbers) => Uint8Array) =>
    forged(`ecdsa-${name}`, shows, p256, (message) => change(p256.numbers(message)))
  /** Of the first nonce with which the first bit of r is set. */
  const high = (message: Uint8Array) =>
    Array.from({ length: 64 }, (_, nonce) => p256.numbers(message, nonce)).find(({ r }) => r >= 2n ** 255n)!
  const zero = Uint8Array.of(0)
  return [
    against(
      'ecdsa-p256.ts',
      's > P256_ORDER / 2n',
      's >= P256_ORDER',
      form('high-s', 'The other s that the equation takes.', ({ r, s }) => derOf({ r, s: P256_ORDER - s })),
    ),
    form('p1363', 'r and s side by side in 64 bytes.', ({ r, s }) =>
      concatBytes(bytesOfNumber(r, 32), bytesOfNumber(s, 32)),
    ),
    form('long-length', 'BER: the length of the sequence in two bytes.', (numbers) => {
      const der = derOf(numbers)
      return concatBytes(Uint8Array.of(0x30, 0x81), der.subarray(1))
    }),
    form('indefinite-length', 'BER: a sequence of indefinite length.', ({ r, s }) =>
      concatBytes(Uint8Array.of(0x30, 0x80), integer(r), integer(s), Uint8Array.of(0, 0)),
    ),
    against(
      'ecdsa-p256.ts',
      'return negative || padded ?',
      'return negative ?',
      form('padded-number', 'BER: s with a byte of zeros that it does not need.', ({ r, s }) =>
        sequence(
          integer(r),
          integer(s, (content) => concatBytes(zero, content)),
        ),
      ),
    ),
    against(
      'ecdsa-p256.ts',
      'return negative || padded ?',
      'return padded ?',
      forged(
        'ecdsa-negative-number',
        'r without the byte of zeros that keeps it from being negative.',
        p256,
        (message) => {
          const { r, s } = high(message)
          return sequence(
            integer(r, (content) => content.subarray(1)),
            integer(s),
          )
        },
      ),
    ),
    form('trailing-byte', 'A byte behind the sequence.', (numbers) => concatBytes(derOf(numbers), zero)),
    form('third-number', 'A third number in the sequence.', ({ r, s }) =>
      sequence(integer(r), integer(s), integer(1n)),
    ),
    form('one-number', 'A sequence of one number.', ({ r }) => sequence(integer(r))),
    form('empty-number', 'An INTEGER of no bytes.', ({ r }) => sequence(integer(r), Uint8Array.of(2, 0))),
    form('octet-strings', 'OCTET STRINGs instead of INTEGERs.', (numbers) => {
      const der = derOf(numbers)
      return der.map((byte, i) => (i === 2 ? 0x04 : byte))
    }),
    form('r-zero', 'r is 0.', ({ s }) => derOf({ r: 0n, s })),
    form('s-zero', 's is 0.', ({ r }) => derOf({ r, s: 0n })),
    form('r-and-order', 'r with the order added.', ({ r, s }) => derOf({ r: r + P256_ORDER, s })),
    forged('ecdsa-empty', 'A signature of no bytes.', p256, () => new Uint8Array()),
    forged('ecdsa-sha384', 'A signature over the beginning of a SHA-384.', p256, (message) =>
      derOf(p256.numbers(message, 0, hashWith('sha384')(message).subarray(0, 32))),
    ),
    forged('ecdsa-other-key', 'The signature of another key of the same algorithm.', p256, p256Key('another').sign),
    forged('ecdsa-by-ed25519', 'An Ed25519 signature under the id of a key of ECDSA.', p256, (message) =>
      evidenceKey.sign(message),
    ),
    bad(
      'forged',
      'ed25519-by-ecdsa',
      'DSSE_SIGNATURE_INVALID',
      'A signature of ECDSA under the id of an Ed25519 key.',
      {
        lies: { signers: [{ ...evidenceKey, sign: p256.sign }] },
      },
    ),
  ]
}

function rsaSignatures(): Vector[] {
  const pss = (name: string, shows: string, how: PssForm) =>
    forged(`rsa-${name}`, shows, rsa, (message) => rsa.pss(message, how))
  const n = numberOf(rsa.modulus)
  const k = rsa.modulus.length
  return [
    pss('salt-20', 'A salt of 20 bytes.', { salt: new Uint8Array(20).fill(7) }),
    pss('salt-31', 'A salt of 31 bytes.', { salt: new Uint8Array(31).fill(7) }),
    pss('salt-33', 'A salt of 33 bytes that begins with 01.', { salt: new Uint8Array(33).fill(1) }),
    pss('salt-none', 'No salt.', { salt: new Uint8Array() }),
    pss('salt-most', 'The longest salt that there is room for.', { salt: new Uint8Array(k - 34).fill(7) }),
    pss('mgf1-sha1', 'MGF1 with SHA-1.', { mask: maskWith('sha1') }),
    pss('sha384', 'SHA-384 for message and mask.', { digest: hashWith('sha384'), mask: maskWith('sha384') }),
    pss('trailer', 'Another trailer.', { trailer: 0xcc }),
    pss('padding', 'A byte among the zeros.', { padding: (bytes) => bytes.map((byte, i) => (i === 5 ? 1 : byte)) }),
    pss('first-byte', 'A bit in the first byte of the padding.', {
      padding: (bytes) => bytes.map((byte, i) => (i === 0 ? 0x40 : byte)),
    }),
    forged('rsa-pkcs1', 'A signature of PKCS #1 v1.5.', rsa, (message) => {
      const info = concatBytes(fromHex('3031300d060960864801650304020105000420', 19)!, sha256(message))
      const ones = new Uint8Array(k - info.length - 3).fill(0xff)
      return rsa.power(concatBytes(Uint8Array.of(0, 1), ones, Uint8Array.of(0), info))
    }),
    forged('rsa-and-modulus', 'A signature with the modulus added, in as many bytes.', rsa, (message) => {
      for (let i = 0; i < 200; i++) {
        const s = numberOf(rsa.pss(message, { salt: sha256(Uint8Array.of(i)) })) + n
        if (s < 2n ** BigInt(8 * k)) return bytesOfNumber(s, k)
      }
      throw new Error('no small signature among 200 salts')
    }),
    forged('rsa-long', 'A byte of zeros before the signature.', rsa, (message) =>
      concatBytes(Uint8Array.of(0), rsa.sign(message)),
    ),
    forged('rsa-zero', 'The number 0.', rsa, () => new Uint8Array(k)),
    forged('rsa-by-ecdsa', 'A signature of ECDSA under the id of a key of RSA-PSS.', rsa, p256.sign),
  ]
}

function ecdsaKeys(): Vector[] {
  const malformed = (name: string, shows: string, publicKey: Uint8Array) =>
    bad('forged', `key-ecdsa-${name}`, 'KEY_MALFORMED', shows, { ledger: introducingKey(keyOf(p256, publicKey)) })
  const sized = (name: string, shows: string, publicKey: Uint8Array) =>
    bad('negative', `key-ecdsa-${name}`, 'RECORD_DATA_INVALID', shows, {
      ledger: introducingKey(keyOf(p256, publicKey)),
    })
  const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
  const { publicKey } = p256
  const headed = (head: number) => concatBytes(Uint8Array.of(head), publicKey.subarray(1))
  // The base point of secp256k1, which has the same number of bytes.
  const k1 = uncompressed(
    0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
    0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  )
  return [
    malformed('other-curve', 'A point of secp256k1.', k1),
    malformed(
      'no-point',
      'x and y of no point.',
      headed(4).map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
    ),
    malformed(
      'infinity',
      'x and y are 0.',
      headed(4).map((byte, i) => (i === 0 ? byte : 0)),
    ),
    malformed('hybrid', 'The hybrid form of the point.', headed(6 + (publicKey[64]! & 1))),
    against(
      'ecdsa-p256.ts',
      'x < P && y < P && ',
      '',
      malformed('unreduced', 'x is 5+p: not the one form of its point.', uncompressed(5n + P, Y_OF_FIVE)),
    ),
    sized('compressed', 'The compressed form of the point.', headed(2 + (publicKey[64]! & 1)).subarray(0, 33)),
    sized('p384', 'As many bytes as a point of P-384 has.', concatBytes(publicKey, publicKey.subarray(0, 32))),
    sized('spki', 'The SubjectPublicKeyInfo of the key.', concatBytes(SPKI_OF_P256, publicKey)),
    sized('of-ed25519', 'The 32 bytes of an Ed25519 key under the name of ECDSA.', evidenceKey.publicKey),
    bad('negative', 'key-ecdsa-type', 'RECORD_DATA_INVALID', 'The type of Ed25519 beside the name of ECDSA.', {
      ledger: introducingKey(keyOf(p256, publicKey, { type: 1 })),
    }),
    bad('negative', 'key-ecdsa-as-ed25519', 'RECORD_DATA_INVALID', 'A key of ECDSA under the name of Ed25519.', {
      ledger: introducingKey(keyOf(p256, publicKey, { alg: 'ed25519', type: 1 })),
    }),
    bad('forged', 'key-ecdsa-id', 'KEY_MALFORMED', 'An id made with the type of Ed25519.', {
      ledger: introducingKey(keyOf(p256, publicKey, { id: hex(sha256(Uint8Array.of(1), publicKey)) })),
    }),
  ]
}

/** The square root of 5^3 - 3*5 + b. */
const Y_OF_FIVE = 0x459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbccn
/** What stands before the 65 bytes (RFC 5480). */
const SPKI_OF_P256 = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200', 26)!

function rsaKeys(): Vector[] {
  const malformed = (name: string, shows: string, publicKey: Uint8Array) =>
    bad('forged', `key-rsa-${name}`, 'KEY_MALFORMED', shows, { ledger: introducingKey(keyOf(rsa, publicKey)) })
  /** An odd number of so many bytes whose first bit is set. */
  const modulus = (length: number) => new Uint8Array(length).fill(0xa5)
  const { publicKey } = rsa
  const replaced = (ours: string, theirs: string) => {
    const text = hex(publicKey).replace(ours, theirs)
    return fromHex(text, text.length / 2)!
  }
  return [
    malformed('2048', 'A modulus of 2,048 bits.', rsaKey(modulus(256))),
    malformed('3064', 'A modulus of 3,064 bits.', rsaKey(modulus(383))),
    malformed(
      '3071',
      'A modulus of 3,071 bits in 384 bytes.',
      rsaKey(rsa.modulus.map((byte, i) => (i === 0 ? byte & 0x7f : byte))),
    ),
    malformed('even', 'An even modulus.', rsaKey(rsa.modulus.map((byte, i) => (i === 383 ? byte & 0xfe : byte)))),
    malformed(
      'exponent-3',
      'e = 3, in its own DER.',
      concatBytes(sizesOf(publicKey, 2).subarray(0, -5), Uint8Array.of(2, 1, 3)),
    ),
    malformed('exponent-65539', 'e = 65539.', replaced('0203010001', '0203010003')),
    malformed('pss-identifier', 'The identifier id-RSASSA-PSS.', replaced('2a864886f70d010101', '2a864886f70d01010a')),
    malformed('without-null', 'The identifier without its NULL.', withoutNull(publicKey)),
    malformed('pkcs1', 'An RSAPublicKey without the SubjectPublicKeyInfo around it.', publicKey.subarray(24)),
    malformed(
      'long-length',
      'BER: the outer length in three bytes.',
      concatBytes(Uint8Array.of(0x30, 0x83, 0), publicKey.subarray(2)),
    ),
    malformed('trailing-byte', 'A byte behind the key.', concatBytes(publicKey, Uint8Array.of(0))),
    malformed('point', 'A point of P-256 under the name of RSA-PSS.', p256.publicKey),
    malformed('one-byte', 'One byte.', Uint8Array.of(0x30)),
    bad('negative', 'key-rsa-empty', 'RECORD_DATA_INVALID', 'A key of no bytes.', {
      ledger: introducingKey(keyOf(rsa, new Uint8Array())),
    }),
    bad('negative', 'key-rsa-8200', 'RECORD_DATA_INVALID', 'A modulus of 8,200 bits.', {
      ledger: introducingKey(keyOf(rsa, rsaKey(modulus(1025)))),
    }),
    bad('negative', 'key-rsa-type', 'RECORD_DATA_INVALID', 'The type of ECDSA beside the name of RSA-PSS.', {
      ledger: introducingKey(keyOf(rsa, publicKey, { type: 2 })),
    }),
    bad('forged', 'key-rsa-id', 'KEY_MALFORMED', 'An id made with ff alone, without the name.', {
      ledger: introducingKey(keyOf(rsa, publicKey, { id: hex(sha256(Uint8Array.of(255), publicKey)) })),
    }),
  ]
}

/** The key with its three lengths made smaller: what they count lost so many bytes at the end. */
function sizesOf(publicKey: Uint8Array, fewer: number): Uint8Array {
  return publicKey.map((byte, i) => ([3, 22, 27].includes(i) ? byte - fewer : byte))
}

function withoutNull(publicKey: Uint8Array): Uint8Array {
  const shorter = publicKey.map((byte, i) => (i === 3 || i === 5 ? byte - 2 : byte))
  return concatBytes(shorter.subarray(0, 17), shorter.subarray(19))
}

/** Where keys of other algorithms may not stand. */
function placeVectors(): Vector[] {
  const refused = (name: string, shows: string, ledger: TestLedger) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger })
  const genesis = (member: 'keys' | 'roots', purpose: string) =>
    sampleLedger(DRAFTS(), {
      genesis: (draft) => {
        const data = draft.data as JsonObject // the honest draft's data are an object
        const known = data[member] as JsonObject[] // as the maker writes it
        return { ...draft, data: { ...data, [member]: [...known, keyObject(p256, purpose)] } }
      },
    })
  return [
    refused('key-ecdsa-of-version-1', 'Version 1 knows Ed25519 alone.', introducingKey(keyObject(p256, 'evidence'), 1)),
    refused('key-rsa-of-version-1', 'Version 1 knows Ed25519 alone.', introducingKey(keyObject(rsa, 'evidence'), 1)),
    refused('key-ecdsa-for-ledger', 'A ledger key of ECDSA in genesis.', genesis('keys', 'ledger')),
    refused('key-ecdsa-in-genesis', 'An evidence key of ECDSA among the keys of genesis.', genesis('keys', 'evidence')),
    refused('key-ecdsa-root', 'A root of ECDSA.', genesis('roots', 'evidence')),
    refused(
      'key-ecdsa-later-ledger',
      'A ledger key of ECDSA that is introduced later.',
      introducingKey(keyObject(p256, 'ledger')),
    ),
    bad('forged', 'key-ecdsa-receipt-signs', 'KEY_WRONG_PURPOSE', 'A key of ECDSA for receipts signs a manifest.', {
      ledger: introducingKey(keyObject(p256, 'receipt')),
      lies: { signers: [p256] },
    }),
    bad('forged', 'key-rsa-revoked', 'KEY_REVOKED', 'A key of RSA-PSS that was revoked signs a manifest.', {
      ledger: revoked(),
      lies: { signers: [rsa] },
    }),
    bad('forged', 'key-ecdsa-twice', 'KEY_REUSED', 'One key of ECDSA, introduced twice.', {
      ledger: introducing(p256, p256),
    }),
  ]
}

function revoked(): TestLedger {
  const ledger = sampleLedger()
  ledger.introduce(rsa)
  ledger.revoke(rsa)
  ledger.appendHeads()
  return ledger
}
