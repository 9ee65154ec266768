import { bytesOfNumber, numberOf } from '../src/big-endian.js'
import { concatBytes, utf8 } from '../src/bytes.js'
import { inverse, P256_ORDER, sumOfMultiples } from '../src/ecdsa-p256.js'
import { keyId } from '../src/public-key.js'
import { sha256 } from '../src/sha256.js'
import type { TestKey } from './ledger-maker.js'

/** ECDSA keys of a public seed whose nonces come from the message: the same calls give the same bytes. */

const ALG = 'ecdsa-p256-sha256'

export interface P256Key extends TestKey {
  readonly alg: typeof ALG
  /** The two numbers of a signature with low S, of one nonce or another; over `digest` where that is given. */
  readonly numbers: (message: Uint8Array, nonce?: number, digest?: Uint8Array) => P256Numbers
}

export interface P256Numbers {
  readonly r: bigint
  readonly s: bigint
}

export function p256Key(label: string): P256Key {
  const seed = sha256(utf8(`clyra test key of P-256: ${label}`))
  const secret = numberOf(seed) % P256_ORDER
  const { x, y } = timesBase(secret)
  const publicKey = uncompressed(x, y)
  const numbers = (message: Uint8Array, nonce = 0, digest = sha256(message)): P256Numbers => {
    const k = numberOf(sha256(seed, message, Uint8Array.of(nonce))) % P256_ORDER
    const r = timesBase(k).x % P256_ORDER
    const s = (inverse(k, P256_ORDER) * (numberOf(digest) + r * secret)) % P256_ORDER
    return { r, s: s > P256_ORDER / 2n ? P256_ORDER - s : s }
  }
  const id = keyId({ alg: ALG, public: publicKey })
  return { publicKey, id, alg: ALG, numbers, sign: (message) => derOf(numbers(message)) }
}

const timesBase = (n: bigint) => sumOfMultiples(n, 0n, BASE)!
/** Any point serves: nothing of it is added. */
const BASE = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
}

export const uncompressed = (x: bigint, y: bigint): Uint8Array =>
  concatBytes(Uint8Array.of(4), bytesOfNumber(x, 32), bytesOfNumber(y, 32))

export const derOf = ({ r, s }: P256Numbers): Uint8Array => sequence(integer(r), integer(s))

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tagged(0x30, concatBytes(...parts))

/** A positive INTEGER; its content can be given another form. */
export function integer(n: bigint, form = (content: Uint8Array): Uint8Array => content): Uint8Array {
  const digits = n.toString(16)
  const plain = bytesOfNumber(n, Math.ceil(digits.length / 2))
  return tagged(0x02, form(plain[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), plain) : plain))
}

const tagged = (tag: number, content: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(tag, content.length), content)
