import { createPublicKey, verify as platformVerify } from 'node:crypto'
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, hex, utf8 } from '../src/bytes.js'
import { isAcceptablePoint, verifyEd25519Strict } from '../src/ed25519.js'
import { testKey } from './ledger-maker.js'

const L = Point.CURVE().n
const littleEndian = (bytes: Uint8Array) => BigInt(`0x${hex(bytes.toReversed())}`)
const encode = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'), 32)!.reverse()

/** What the platform decides after the same checks of form: the law of Ed25519-strict. */
function reference(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || !isAcceptablePoint(publicKey) || !isAcceptablePoint(signature.subarray(0, 32)))
    return false
  try {
    const der = concatBytes(fromHex('302a300506032b6570032100', 12)!, publicKey)
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
    return platformVerify(null, message, key, signature)
  } catch {
    return false
  }
}

describe('verifyEd25519Strict', () => {
  const key = testKey('ed25519')
  const message = utf8('evidence')
  const signature = key.sign(message)

  it('takes honest signatures', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 300 }), (label, text) => {
        const signer = testKey(label)
        expect(verifyEd25519Strict(signer.sign(text), text, signer.publicKey)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('takes no changed bit of signature, message or key', () => {
    for (let bit = 0; bit < 512; bit += 5) {
      const changed = signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(verifyEd25519Strict(changed, message, key.publicKey)).toBe(false)
    }
    expect(verifyEd25519Strict(signature, utf8('Evidence'), key.publicKey)).toBe(false)
    expect(verifyEd25519Strict(signature, message, testKey('other').publicKey)).toBe(false)
  })

  it('refuses S + L and signatures of other lengths', () => {
    const s = littleEndian(signature.subarray(32)) + L
    expect(verifyEd25519Strict(concatBytes(signature.subarray(0, 32), encode(s)), message, key.publicKey)).toBe(false)
    for (const length of [0, 32, 63]) {
      expect(verifyEd25519Strict(signature.subarray(0, length), message, key.publicKey)).toBe(false)
    }
    expect(verifyEd25519Strict(concatBytes(signature, Uint8Array.of(0)), message, key.publicKey)).toBe(false)
  })

  it('agrees with the platform on small, mixed-order and non-canonical points', () => {
    // A point of order eight: any point times L.
    const torsion = Array.from({ length: 200 }, (_, i) => encode(BigInt(i + 2)))
      .flatMap((bytes) => {
        try {
          return [Point.fromBytes(bytes, false)]
        } catch {
          return []
        }
      })
      .map((point) => point.multiply(L - 1n, false).add(point))
      .find((point) => !point.double().double().is0())!
    const seedScalar = 12345678901234567890n
    const a = Point.BASE.multiply(seedScalar, false)
    const r = 987654321n
    const points = [torsion, torsion.double(), torsion.double().double()]
    const publicKeys = [
      a.toBytes(),
      ...points.map((small) => a.add(small).toBytes()),
      ...points.map((p) => p.toBytes()),
    ]
    const nonces = [Point.BASE.multiply(r, false), ...points.map((small) => Point.BASE.multiply(r, false).add(small))]
    const edges = ['00', '01', 'ec', 'ed', 'ee', 'ff'].map((low) => fromHex(`${low}${'ff'.repeat(30)}7f`, 32)!)
    let taken = 0
    for (const publicKey of [...publicKeys, ...edges]) {
      for (const nonce of [...nonces.map((point) => point.toBytes()), ...edges]) {
        for (const text of ['', 'a', 'evidence', 'clyra']) {
          const k = littleEndian(sha512(concatBytes(nonce, publicKey, utf8(text)))) % L
          const forged = concatBytes(nonce, encode((r + k * seedScalar) % L))
          const mine = verifyEd25519Strict(forged, utf8(text), publicKey)
          expect(mine, `${hex(publicKey)} ${hex(nonce)} ${text}`).toBe(reference(forged, utf8(text), publicKey))
          if (mine) taken++
        }
      }
    }
    expect(taken).toBeGreaterThan(4)
  })
})
