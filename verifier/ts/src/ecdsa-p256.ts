import { numberOf } from './big-endian.js'
import { sha256 } from './sha256.js'

/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5), verifying only: all that is computed here is public, so that nothing has to
 * take the same time for all numbers. Strict: DER in its one form, low S, uncompressed points of the curve.
 */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
/** The order of the curve, which is a prime: every point but the one at infinity has it. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const G: P256Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
}

export interface P256Point {
  readonly x: bigint
  readonly y: bigint
}

/** True where `bytes` is the uncompressed form of a point of the curve. */
export const isP256Point = (bytes: Uint8Array): boolean => pointFrom(bytes) !== undefined

function pointFrom(bytes: Uint8Array): P256Point | undefined {
  if (bytes.length !== 65 || bytes[0] !== 4) return undefined
  const x = numberOf(bytes.subarray(1, 33))
  const y = numberOf(bytes.subarray(33))
  const onCurve = x < P && y < P && mod(y * y - (x * x - 3n) * x - B, P) === 0n
  return onCurve ? { x, y } : undefined
}

/** True for the one signature that the log's specification (section 6.2) has for a key, a message and a nonce. */
export function verifyEcdsaP256Strict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const q = pointFrom(publicKey)
  const numbers = numbersOf(signature)
  if (q === undefined || numbers === undefined) return false
  const { r, s } = numbers
  if (r === 0n || r >= P256_ORDER || s === 0n || s > P256_ORDER / 2n) return false
  const w = inverse(s, P256_ORDER)
  const e = numberOf(sha256(message))
  const sum = sumOfMultiples((e * w) % P256_ORDER, (r * w) % P256_ORDER, q)
  return sum !== undefined && sum.x % P256_ORDER === r
}

/** r and s of a SEQUENCE of two INTEGERs that is DER, and nothing behind it. */
function numbersOf(der: Uint8Array): { r: bigint; s: bigint } | undefined {
  // At most 33 bytes of r and 32 of a low s: every length stands in one byte below 0x80.
  if (der.length < 8 || der.length > 71 || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const r = integerAt(der, 2)
  const s = r && integerAt(der, r.end)
  return s?.end === der.length ? { r: r!.value, s: s.value } : undefined
}

/** A positive INTEGER in as few bytes as there are, and where it ends. */
function integerAt(der: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  const end = at + 2 + (der[at + 1] ?? 0)
  if (der[at] !== 0x02 || end === at + 2 || end > der.length) return undefined
  const [first, second = 0x80] = der.subarray(at + 2, end)
  const negative = first! >= 0x80
  const padded = first === 0 && end > at + 3 && second < 0x80
  return negative || padded ? undefined : { value: numberOf(der.subarray(at + 2, end)), end }
}

/** Jacobian coordinates: x/z^2, y/z^3; z = 0 is the point at infinity. */
interface Jacobian {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n }
const jacobian = ({ x, y }: P256Point): Jacobian => ({ x, y, z: 1n })

/** aG + bQ, both read bit by bit together; undefined for the point at infinity. */
export function sumOfMultiples(a: bigint, b: bigint, q: P256Point): P256Point | undefined {
  const both = add(jacobian(G), jacobian(q))
  let sum = INFINITY
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = double(sum)
    const ofA = (a >> bit) & 1n
    const ofB = (b >> bit) & 1n
    if (ofA & ofB) sum = add(sum, both)
    else if (ofA) sum = add(sum, jacobian(G))
    else if (ofB) sum = add(sum, jacobian(q))
  }
  if (sum.z === 0n) return undefined
  const z = inverse(sum.z, P)
  return { x: mod(sum.x * z * z, P), y: mod(sum.y * z * z * z, P) }
}

/** dbl-2001-b of the Explicit-Formulas Database, for curves with a = -3. */
function double({ x, y, z }: Jacobian): Jacobian {
  const delta = (z * z) % P
  const gamma = (y * y) % P
  const beta = (x * gamma) % P
  const alpha = mod(3n * (x - delta) * (x + delta), P)
  const newX = mod(alpha * alpha - 8n * beta, P)
  return {
    x: newX,
    y: mod(alpha * (4n * beta - newX) - 8n * gamma * gamma, P),
    z: mod(2n * y * z, P),
  }
}

/** add-2007-bl without its scaling by two; every case, since no caller can exclude one. */
function add(a: Jacobian, b: Jacobian): Jacobian {
  if (a.z === 0n) return b
  if (b.z === 0n) return a
  const aa = (a.z * a.z) % P
  const bb = (b.z * b.z) % P
  const u = (a.x * bb) % P
  const h = mod(b.x * aa - u, P)
  const s = (a.y * bb * b.z) % P
  const r = mod(b.y * aa * a.z - s, P)
  if (h === 0n) return r === 0n ? double(a) : INFINITY
  const hh = (h * h) % P
  const hhh = (h * hh) % P
  const v = (u * hh) % P
  const x = mod(r * r - hhh - 2n * v, P)
  return { x, y: mod(r * (v - x) - s * hhh, P), z: (h * a.z * b.z) % P }
}

const mod = (n: bigint, by: bigint): bigint => ((n % by) + by) % by

/** By Euclid; `n` is not a multiple of the prime `by`. */
export function inverse(n: bigint, by: bigint): bigint {
  let [low, high, x, y] = [n, by, 1n, 0n]
  while (low > 1n) {
    const times = high / low
    ;[low, high, x, y] = [high % low, low, y - times * x, x]
  }
  return mod(x, by)
}
