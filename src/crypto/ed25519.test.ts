import { createHash } from 'node:crypto'
import { Point } from '@noble/ed25519'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, hex, utf8 } from '../canonical/index.js'
import { isAcceptablePoint, isAcceptableSignature, verifyEd25519Strict } from './ed25519-strict.js'
import { ALGORITHMS, keyIdOf, sha256, signerOf, vkey } from './index.js'

const invalid = expect.objectContaining({ code: 'KEY_INVALID' })
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const FIELD = 2n ** 255n - 19n

const littleEndian = (n: bigint, sign = 0): Uint8Array => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))
  bytes[31] = (bytes[31] ?? 0) | (sign << 7)
  return bytes
}
const toNumber = (bytes: Uint8Array): bigint => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)

/** RFC 8032, 7.1: seed, public key, message, signature. */
const RFC_8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const

/**
 * Message, public key, signature and whether strict verification takes it: vectors 0 to 7 published with Chalkias,
 * Garillot and Nikolaenko, "Taming the many EdDSAs" (IACR ePrint 2020/1244). 0-2 have a small-order A or R, 3 mixed
 * orders that a cofactorless equation holds for, 4 and 5 hold only with cofactor, 6 and 7 have S beyond L.
 */
const EDGE_CASES = [
  [
    '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
    false,
  ],
  [
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    false,
  ],
  [
    'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
    false,
  ],
  [
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
    true,
  ],
  [
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
    false,
  ],
  [
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
    false,
  ],
  [
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
    false,
  ],
  [
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
    false,
  ],
] as const

/**
 * The second opinion, computed by another implementation's curve: S * B = R + k * A, without the cofactor. Its own
 * `verify` multiplies by the cofactor, with `zip215: false` too, and so takes edge cases 4 and 5 that Node, Go and
 * libsodium refuse.
 */
const secondOpinion = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean => {
  if (!isAcceptablePoint(publicKey) || !isAcceptableSignature(signature)) return false
  const r = signature.slice(0, 32)
  const k = toNumber(createHash('sha512').update(r).update(publicKey).update(message).digest()) % ORDER
  const s = toNumber(signature.slice(32))
  const right = Point.fromBytes(r).add(Point.fromBytes(publicKey).multiply(k, false))
  return Point.BASE.multiply(s, false).equals(right)
}

const smallOrder = [
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
]
  .map((text) => toNumber(fromHex(text)))
  .concat(0n, 1n, FIELD - 1n)
/** Every encoding of a small-order y, canonical or not, with either sign, and the other y that are not reduced. */
const weakPoints = smallOrder
  .concat(Array.from({ length: 19 }, (_, i) => FIELD + BigInt(i)))
  .flatMap((y) => [littleEndian(y, 0), littleEndian(y, 1)])

describe('Ed25519, strictly', () => {
  it('signs and verifies the vectors of RFC 8032, 7.1', async () => {
    for (const [seed, publicKey, message, signature] of RFC_8032) {
      const signer = signerOf('ed25519', fromHex(seed))
      expect(hex(signer.publicKey)).toBe(publicKey)
      expect(hex(await signer.sign(fromHex(message)))).toBe(signature)
      expect(verifyEd25519Strict(fromHex(signature), fromHex(message), fromHex(publicKey))).toBe(true)
    }
  })

  it.each(EDGE_CASES.map((vector, i) => [i, ...vector] as const))(
    'judges edge case %i of "Taming the many EdDSAs" as the second opinion does',
    (_, message, publicKey, signature, expected) => {
      const parts = [fromHex(signature), fromHex(message), fromHex(publicKey)] as const
      expect(verifyEd25519Strict(...parts)).toBe(expected)
      expect(secondOpinion(...parts)).toBe(expected)
    },
  )

  it('refuses every small-order or unreduced A and R, whatever the message', () => {
    const good = signerOf('ed25519', new Uint8Array(32).fill(7)).publicKey
    for (const weak of weakPoints) {
      expect(isAcceptablePoint(weak), hex(weak)).toBe(false)
      expect(() => vkey('weak', { algorithm: 'ed25519', publicKey: weak })).toThrow(invalid)
      for (const message of ['', 'a', 'evidence'].map(utf8)) {
        for (const r of [weak, good]) {
          expect(verifyEd25519Strict(concatBytes(r, new Uint8Array(32)), message, weak)).toBe(false)
        }
        expect(verifyEd25519Strict(concatBytes(weak, new Uint8Array(32)), message, good)).toBe(false)
      }
    }
  })

  it('refuses a signature whose S has L added, as often as it fits', async () => {
    const signer = signerOf('ed25519', new Uint8Array(32).fill(1))
    const message = utf8('malleable')
    const signature = await signer.sign(message)
    const verifies = (one: Uint8Array) => verifyEd25519Strict(one, message, signer.publicKey)
    expect(verifies(signature)).toBe(true)
    const s = toNumber(signature.slice(32))
    for (let forged = s + ORDER; forged < 2n ** 256n; forged += ORDER) {
      expect(verifies(concatBytes(signature.slice(0, 32), littleEndian(forged)))).toBe(false)
    }
    expect(isAcceptableSignature(concatBytes(signer.publicKey, littleEndian(ORDER - 1n)))).toBe(true)
    expect(isAcceptableSignature(concatBytes(signer.publicKey, littleEndian(ORDER)))).toBe(false)
  })

  it('verifies what it signs, refuses any flipped bit, and agrees with the second opinion', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(511),
        async (seed, message, bit) => {
          const signer = signerOf('ed25519', seed)
          const signature = await signer.sign(message)
          expect(verifyEd25519Strict(signature, message, signer.publicKey)).toBe(true)
          expect(secondOpinion(signature, message, signer.publicKey)).toBe(true)
          signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          expect(verifyEd25519Strict(signature, message, signer.publicKey)).toBe(false)
          expect(verifyEd25519Strict(signature, concatBytes(message, Uint8Array.of(0)), signer.publicKey)).toBe(false)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('answers false to wrong lengths and to a y that is on no curve point', () => {
    const { publicKey } = signerOf('ed25519', new Uint8Array(32))
    for (const length of [0, 1, 63, 65, 128]) {
      expect(verifyEd25519Strict(new Uint8Array(length).fill(9), utf8('m'), publicKey)).toBe(false)
    }
    for (const length of [0, 31, 33]) {
      expect(verifyEd25519Strict(new Uint8Array(64).fill(9), utf8('m'), new Uint8Array(length).fill(9))).toBe(false)
    }
    expect(verifyEd25519Strict(new Uint8Array(64).fill(2), utf8('m'), littleEndian(2n))).toBe(false)
  })

  it('takes a key exactly where its bytes are those of a point of the curve', () => {
    const isPoint = (bytes: Uint8Array): boolean => {
      try {
        Point.fromBytes(bytes, false)
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(isAcceptablePoint(bytes)).toBe(isPoint(bytes))
      }),
      { examples: [[littleEndian(2n)], [littleEndian(3n)], [littleEndian(FIELD - 2n, 1)]] },
    )
  })

  it('refuses a seed that is not 32 bytes', () => {
    expect(() => signerOf('ed25519', new Uint8Array(31))).toThrow(invalid)
    expect(ALGORITHMS.ed25519.newSecret()).not.toEqual(ALGORITHMS.ed25519.newSecret())
  })

  it('names a key by the hash of its type byte and bytes', () => {
    const { publicKey, keyId } = signerOf('ed25519', new Uint8Array(32))
    const expected = createHash('sha256').update(Uint8Array.of(1)).update(publicKey).digest('hex')
    expect(keyIdOf({ algorithm: 'ed25519', publicKey })).toBe(expected)
    expect(keyId).toBe(expected)
  })
})

describe('sha256', () => {
  it('is the hash of the parts together, small and large', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (parts) => {
        const expected = createHash('sha256').update(Buffer.concat(parts)).digest('hex')
        expect(hex(sha256(...parts))).toBe(expected)
      }),
    )
    const large = new Uint8Array(200_000).fill(3)
    expect(sha256(large.subarray(0, 150_000), large.subarray(150_000))).toEqual(sha256(large))
    expect(hex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
