import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { base64, concatBytes, fromHex, hex, utf8 } from '../../../src/bytes.js'
import { formatVkey, noteKeyHash } from '../../../src/note.js'
import { sha256 } from '../../../src/sha256.js'
import { keyObject, noteKey, type TestLedger } from '../../ledger-maker.js'
import { DRAFTS, sampleLedger } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

/** Log, section 6: which keys and signatures every implementation takes, and which none does. */
export function pointReadings(): Vector[] {
  return [...keyReadings(), ...smallReadings(), ...cofactorReadings()]
}

const L = Point.CURVE().n
const P = 2n ** 255n - 19n
const encoded = (y: bigint, sign: number): Uint8Array => {
  const bytes = fromHex(y.toString(16).padStart(64, '0'), 32)!.reverse()
  bytes[31] = bytes[31]! | (sign << 7)
  return bytes
}
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`)

/** The point of order eight that generates the eight points of small order. */
const TORSION = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 32)!)
/** The same point added to itself: 0 to 7 times. */
const multiples = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
  Array(n)
    .fill(TORSION)
    .reduce((sum, one) => sum.add(one), Point.ZERO),
)

/** The five y of the points of small order, with a name for each and a way to say it. */
const SMALL_Y: readonly (readonly [name: string, y: bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['p-1', P - 1n],
  ['order-eight-a', numberOf(TORSION.toBytes())],
  ['order-eight-b', numberOf(multiples[3]!.toBytes()) & (2n ** 255n - 1n)],
]
const WEAK = SMALL_Y.flatMap(([name, y]) =>
  [0, 1].map((sign) => ({ name: `${name}-sign-${sign}`, y: name, sign, bytes: encoded(y, sign) })),
)

/** An honest ledger that introduces a key of these bytes. */
function introducing(publicKey: Uint8Array): TestLedger {
  const ledger = sampleLedger()
  ledger.introduce({ publicKey, id: hex(sha256(Uint8Array.of(1), publicKey)) })
  ledger.appendHeads()
  return ledger
}

function keyReadings(): Vector[] {
  const unreduced = Array.from({ length: 17 }, (_, i) => BigInt(i + 2)).find((y) => isPoint(encoded(y, 0)))!
  return [
    ...WEAK.map(({ name, y, sign, bytes }) =>
      bad('forged', `key-small-${name}`, 'KEY_MALFORMED', `A key of small order: y ${y}, sign bit ${sign}.`, {
        ledger: introducing(bytes),
      }),
    ),
    bad('forged', 'key-unreduced', 'KEY_MALFORMED', `A key whose y is p+${unreduced}: not the one form of its point.`, {
      ledger: introducing(encoded(P + unreduced, 0)),
    }),
    against(
      'ed25519.ts',
      'acceptablePoint(bytes) !== undefined',
      'isAcceptableY(bytes)',
      bad('forged', 'key-no-point', 'KEY_MALFORMED', 'A key whose y is 2, which no point of the curve has.', {
        ledger: introducing(encoded(2n, 0)),
      }),
    ),
  ]
}

function isPoint(bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes)
    return true
  } catch {
    return false
  }
}

/** A secret number, and the key that it makes with a point of small order added. */
function mixedKey(label: string, torsion: Point) {
  const secret = numberOf(sha512(utf8(`clyra mixed key: ${label}`))) % L
  const publicKey = Point.BASE.multiply(secret).add(torsion).toBytes()
  return { secret, publicKey, id: hex(sha256(Uint8Array.of(1), publicKey)) }
}

type MixedKey = ReturnType<typeof mixedKey>

const challenge = (r: Uint8Array, key: MixedKey, text: string): bigint =>
  numberOf(sha512(concatBytes(r, key.publicKey, utf8(text)))) % L

/** A signature with the nonce number `nonce` that states the bytes `r`. */
function signatureOf(r: Uint8Array, nonce: bigint, key: MixedKey, text: string): Uint8Array {
  const s = (nonce + challenge(r, key, text) * key.secret) % L
  return concatBytes(r, encoded(s, 0))
}

/** A ledger of one ledger key that is of no seed; its checkpoint carries whatever signature is made for it. */
function ledgerOf(key: MixedKey): TestLedger {
  return sampleLedger(DRAFTS(), {
    genesis: (draft) => ({
      ...draft,
      data: {
        ...(draft.data as Record<string, string>), // the honest draft's data are an object
        keys: [keyObject(key, 'ledger')],
      },
    }),
  })
}

function partsOf(ledger: TestLedger, key: MixedKey, signature: Uint8Array) {
  const name = ledger.origin
  const line = base64(concatBytes(noteKeyHash(noteKey(name, key)), signature))
  return {
    lies: { checkpoint: () => utf8(`${ledger.checkpointText()}\n\u2014 ${name} ${line}\n`) },
    options: { trust: [{ vkey: formatVkey(noteKey(name, key)) }] },
  }
}

/** The first key, by its label, whose challenge over the ledger's checkpoint is such as `wanted` asks for. */
function searched(torsion: Point, rOf: (label: string) => Uint8Array, wanted: (k: bigint) => boolean) {
  for (let n = 0; n < 200; n++) {
    const label = `${hex(rOf('0')).slice(0, 4)} ${n}`
    const key = mixedKey(label, torsion)
    const ledger = ledgerOf(key)
    const r = rOf(label)
    if (wanted(challenge(r, key, ledger.checkpointText()))) return { key, ledger, r, label }
  }
  throw new Error('no such key in 200')
}

/** R of small order, in signatures that the equation holds for: [S]B - [k]A is that R where k fits. */
function smallReadings(): Vector[] {
  return WEAK.map(({ name, y, sign, bytes }) => {
    const times = multiples.findIndex((point) => hex(point.toBytes()) === hex(encoded(numberOf(bytes), 0)))
    // A y of which only one sign is a point: what a lenient decoder takes the other for.
    const wantedTimes = times === -1 ? (y === '1' ? 0n : 4n) : BigInt(times)
    const { key, ledger } = searched(
      TORSION,
      () => bytes,
      (k) => (8n - (k % 8n)) % 8n === wantedTimes,
    )
    const signature = signatureOf(bytes, 0n, key, ledger.checkpointText())
    const vector = bad(
      'forged',
      `signature-r-${name}`,
      'SIGNATURE_INVALID',
      `R of small order (y ${y}, sign bit ${sign}) in a signature for which [S]B - [k]A is that point.`,
      { ledger, ...partsOf(ledger, key, signature) },
    )
    return times === -1 ? vector : against('ed25519.ts', 's >= L || !isAcceptableY(r)', 's >= L', vector)
  })
}

/** Keys with a part of small order are keys: the equation without cofactor decides. */
function cofactorReadings(): Vector[] {
  const nonce = (label: string) => numberOf(sha512(utf8(`clyra nonce: ${label}`))) % L
  const rOf = (label: string) => Point.BASE.multiply(nonce(label)).toBytes()
  const made = (wanted: (k: bigint) => boolean) => {
    const { key, ledger, r, label } = searched(TORSION, rOf, wanted)
    const signature = signatureOf(r, nonce(label), key, ledger.checkpointText())
    return { ledger, ...partsOf(ledger, key, signature) }
  }
  const holds = made((k) => k % 8n === 0n)
  const fails = made((k) => k % 8n === 4n)
  return [
    against(
      'ed25519.ts',
      'equalBytes(sB.subtract(a.multiply(k, false)).toBytes(), r)',
      'sB.subtract(a.multiply(k, false)).subtract(pointFrom(r)).clearCofactor().is0()',
      bad(
        'forged',
        'signature-with-cofactor-only',
        'SIGNATURE_INVALID',
        'A signature for which the equation holds only when both sides are multiplied by eight.',
        fails,
      ),
    ),
    against(
      'ed25519.ts',
      'if (a === undefined) return false',
      'if (a === undefined || !a.isTorsionFree()) return false',
      good(
        'signature-of-mixed-order-key',
        'A ledger key with a part of order eight is no point of small order: where the equation holds the signature is good.',
        holds.ledger,
        holds.lies,
        holds.options,
      ),
    ),
  ]
}

/** Kept here so that a test can see that the five y are those of the specification. */
export const smallOrderY = (): string[] => SMALL_Y.map(([, y]) => `0x${y.toString(16).padStart(64, '0')}`)
