import { createECDH, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, hex, utf8 } from '../canonical/index.js'
import { bytesOfNumber, numberOf } from './big-endian.js'
import { ALGORITHMS, signerOf, signWith } from './index.js'

const { acceptable, normalised, verify, privateKey } = ALGORITHMS['ecdsa-p256-sha256']
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const secret = new Uint8Array(32).fill(7)
const signer = signerOf('ecdsa-p256-sha256', secret)
const message = utf8('evidence')
const invalid = expect.objectContaining({ code: 'KEY_INVALID' })

/** r and s of a signature, which is strict. */
function numbers(signature: Uint8Array) {
  const rBytes = signature[3]!
  return { r: numberOf(signature.subarray(4, 4 + rBytes)), s: numberOf(signature.subarray(6 + rBytes)) }
}
const integer = (content: Uint8Array) => concatBytes(Uint8Array.of(2, content.length), content)
const der = (r: Uint8Array, s: Uint8Array) => {
  const both = concatBytes(integer(r), integer(s))
  return concatBytes(Uint8Array.of(0x30, both.length), both)
}
const positive = (n: bigint) => {
  const bytes = bytesOfNumber(n, Math.ceil(n.toString(16).length / 2))
  return bytes[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes
}

describe('ECDSA P-256', () => {
  it('has the public key that the platform has of a secret', () => {
    const pair = createECDH('prime256v1')
    pair.setPrivateKey(secret)
    expect(hex(signer.publicKey)).toBe(pair.getPublicKey('hex'))
    expect(acceptable(signer.publicKey)).toBe(true)
  })

  it.each([
    ['of 31 bytes', new Uint8Array(31).fill(1)],
    ['of 33 bytes', new Uint8Array(33).fill(1)],
    ['0', new Uint8Array(32)],
    ['the order', bytesOfNumber(ORDER, 32)],
  ])('takes no secret that is %s', (_, bytes) => {
    expect(() => privateKey(bytes)).toThrow(invalid)
  })

  it('signs with low S in DER, every time', async () => {
    for (let i = 0; i < 40; i++) {
      const signature = await signer.sign(Uint8Array.of(i))
      expect(numbers(signature).s <= ORDER / 2n).toBe(true)
      expect(verify(signature, Uint8Array.of(i), signer.publicKey)).toBe(true)
    }
  })

  it('takes one form of the two numbers alone, and brings what devices give to it', async () => {
    const signature = await signer.sign(message)
    const { r, s } = numbers(signature)
    const high = der(positive(r), positive(ORDER - s))
    const sideBySide = concatBytes(bytesOfNumber(r, 32), bytesOfNumber(s, 32))
    const highSideBySide = concatBytes(bytesOfNumber(r, 32), bytesOfNumber(ORDER - s, 32))
    const padded = der(concatBytes(Uint8Array.of(0), positive(r)), positive(s))
    expect(signature).toEqual(der(positive(r), positive(s)))
    for (const other of [high, sideBySide, highSideBySide, padded]) {
      expect(verify(other, message, signer.publicKey)).toBe(false)
      expect(normalised(other)).toEqual(signature)
    }
    expect(normalised(signature)).toEqual(signature)
    for (const none of [concatBytes(signature, Uint8Array.of(0)), signature.subarray(1), utf8('x')]) {
      expect(verify(none, message, signer.publicKey)).toBe(false)
      expect(normalised(none)).toEqual(none)
    }
  })

  it('takes what OpenSSL signs, once it is brought to that form', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const point = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (text, p1363) => {
        const how = { key: pair.privateKey, dsaEncoding: p1363 ? ('ieee-p1363' as const) : ('der' as const) }
        expect(verify(normalised(new Uint8Array(sign('sha256', text, how))), text, point)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('takes points of its curve alone, uncompressed and reduced', () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    const y = fromHex('459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc')
    const point = (head: number, x: bigint) => concatBytes(Uint8Array.of(head), bytesOfNumber(x, 32), y)
    expect([point(4, 5n), point(4, 5n + p), point(6, 5n), point(4, 6n), new Uint8Array(65)].map(acceptable)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('is not asked to vouch for a device that signs with another key', async () => {
    const other = signerOf('ecdsa-p256-sha256', new Uint8Array(32).fill(8))
    await expect(signWith({ ...signer, sign: other.sign }, message)).rejects.toThrow(invalid)
    const device = { ...signer, sign: async (text: Uint8Array) => highOf(await signer.sign(text)) }
    expect(verify(await signWith(device, message), message, signer.publicKey)).toBe(true)
  })
})

function highOf(signature: Uint8Array): Uint8Array {
  const { r, s } = numbers(signature)
  return der(positive(r), positive(ORDER - s))
}
