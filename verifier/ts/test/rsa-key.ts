import { constants, createHash, createPrivateKey, type JsonWebKey, privateEncrypt } from 'node:crypto'
import { bytesOfNumber, numberOf } from '../src/big-endian.js'
import { concatBytes, utf8 } from '../src/bytes.js'
import { inverse } from '../src/ecdsa-p256.js'
import { keyId } from '../src/public-key.js'
import { maskOf, rsaKey as spkiOf } from '../src/rsa-pss.js'
import { sha256 } from '../src/sha256.js'
import type { TestKey } from './ledger-maker.js'

/** RSA keys of public seeds whose salts come from the message: the same calls give the same bytes. */

const ALG = 'rsa-pss-3072-sha256'

/** How far above its seed each prime lies: found once, so that nothing has to be searched again. */
const PRIMES = {
  3072: { p: 460n, q: 818n },
  4096: { p: 6124n, q: 1986n },
  8192: { p: 1304n, q: 7710n },
} as const

export interface RsaKey extends TestKey {
  readonly alg: typeof ALG
  readonly modulus: Uint8Array
  /** PSS with the deviations that are asked for. */
  readonly pss: (message: Uint8Array, how?: PssForm) => Uint8Array
  /** The power of an encoded message that is as long as the modulus. */
  readonly power: (encoded: Uint8Array) => Uint8Array
}

export interface PssForm {
  readonly salt?: Uint8Array
  readonly mask?: (seed: Uint8Array, length: number) => Uint8Array
  readonly digest?: (...parts: readonly Uint8Array[]) => Uint8Array
  readonly trailer?: number
  /** What stands before the salt, else zeros and a one. */
  readonly padding?: (honest: Uint8Array) => Uint8Array
}

export function rsaTestKey(bits: keyof typeof PRIMES): RsaKey {
  const p = primeNear(`${bits} p`, bits / 16, PRIMES[bits].p)
  const q = primeNear(`${bits} q`, bits / 16, PRIMES[bits].q)
  const modulus = bytesOfNumber(p * q, bits / 8)
  const publicKey = spkiOf(modulus)
  const key = createPrivateKey({ key: jwk(p, q), format: 'jwk' })
  const power = (encoded: Uint8Array) =>
    Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded))
  const pss = (message: Uint8Array, how: PssForm = {}) => power(encode(message, modulus.length, how))
  const id = keyId({ alg: ALG, public: publicKey })
  return { publicKey, id, alg: ALG, modulus, power, pss, sign: (message) => pss(message) }
}

function primeNear(label: string, length: number, above: bigint): bigint {
  const blocks = Array.from({ length: length / 32 }, (_, i) => sha256(utf8(`clyra test prime: ${label} ${i}`)))
  const start = concatBytes(...blocks)
  start[0] = start[0]! | 0xc0
  start[length - 1] = start[length - 1]! | 1
  return numberOf(start) + above
}

function jwk(p: bigint, q: bigint): JsonWebKey {
  const e = 65537n
  const d = inverse(e, (p - 1n) * (q - 1n))
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const text = (n: bigint) => Buffer.from(bytesOfNumber(n, Math.ceil(n.toString(16).length / 2))).toString('base64url')
  return { kty: 'RSA', ...Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, text(n)])) }
}

/** EMSA-PSS-ENCODE (RFC 8017, 9.1.1) into `length` bytes of which the first bit is not used. */
function encode(message: Uint8Array, length: number, how: PssForm): Uint8Array {
  const { digest = sha256, mask = maskOf, trailer = 0xbc, padding = (honest) => honest } = how
  const salt = how.salt ?? sha256(utf8('clyra test salt of PSS'), message)
  const hash = digest(new Uint8Array(8), digest(message), salt)
  const before = new Uint8Array(length - hash.length - 1 - salt.length)
  before[before.length - 1] = 1
  const data = concatBytes(padding(before), salt)
  const masked = mask(hash, data.length).map((byte, i) => byte ^ data[i]!)
  masked[0] = masked[0]! & 0x7f
  return concatBytes(masked, hash, Uint8Array.of(trailer))
}

/** Another hash function than the one that the algorithm has. */
export const hashWith =
  (name: string) =>
  (...parts: readonly Uint8Array[]): Uint8Array =>
    Uint8Array.from(
      createHash(name)
        .update(concatBytes(...parts))
        .digest(),
    )

/** MGF1 with another hash function. */
export const maskWith =
  (name: string) =>
  (seed: Uint8Array, length: number): Uint8Array => {
    const hash = hashWith(name)
    const blocks: Uint8Array[] = []
    for (let i = 0, made = 0; made < length; i++) {
      const block = hash(seed, Uint8Array.of(0, 0, 0, i))
      blocks.push(block)
      made += block.length
    }
    return concatBytes(...blocks).subarray(0, length)
  }
