import { createHash, createPublicKey, verify } from 'node:crypto'
import { naiveBase64 } from './naive-base64.js'
import { naiveUtf8 } from './naive-utf8.js'

/** A signed note taken apart by its lines, as `spec/log/SPEC.md`, section 5, describes it. */
export interface NaiveNote {
  readonly text: string
  readonly lines: readonly { readonly name: string; readonly keyHash: string; readonly signature: Uint8Array }[]
}

/** Undefined for what is no note. */
export function naiveNote(bytes: Uint8Array): NaiveNote | undefined {
  if (bytes.length > 128 * 1024) return undefined
  const whole = naiveUtf8(bytes)
  if (whole === undefined || whole.startsWith('\ufeff') || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) return undefined
  const all = whole.split('\n')
  // What follows the last line feed is nothing; then the last line that is empty parts text and signatures.
  if (all.pop() !== '') return undefined
  const empty = all.lastIndexOf('')
  if (empty < 1 || empty === all.length - 1) return undefined
  const lines = all.slice(empty + 1).map(naiveLine)
  if (lines.length > 100) return undefined
  if (lines.includes(undefined)) return undefined
  return { text: `${all.slice(0, empty).join('\n')}\n`, lines: lines.filter((line) => line !== undefined) }
}

function naiveLine(line: string) {
  const fields = line.split(' ')
  const [dash, name = '', encoded = ''] = fields
  const bytes = naiveBase64(encoded)
  if (fields.length !== 3 || dash !== '\u2014' || !isKeyName(name) || bytes === undefined || bytes.length < 5)
    return undefined
  return { name, keyHash: Buffer.from(bytes.slice(0, 4)).toString('hex'), signature: bytes.slice(4) }
}

/** Not empty; no white space (Unicode White_Space, U+FEFF), no control character, no plus. */
export const isKeyName = (name: string): boolean => name !== '' && !/[\p{White_Space}\ufeff\p{Cc}+]/u.test(name)

/** Three lines; the size at least 1. */
export function naiveCheckpoint(
  text: string,
): { readonly origin: string; readonly size: string; readonly root: string } | undefined {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n')
  if (rest.length !== 1 || rest[0] !== '' || !isKeyName(origin)) return undefined
  if (!/^(0|[1-9][0-9]*)$/.test(size) || size.length > 16 || BigInt(size) > 2n ** 53n - 1n || size === '0')
    return undefined
  if (naiveBase64(root)?.length !== 32) return undefined
  return { origin, size, root }
}

/** The Ed25519 key of a test under a name, as `node:crypto` knows it. Honest keys only: edge points are the vectors' task. */
interface NaiveKey {
  readonly name: string
  readonly publicKey: Uint8Array
}

export const naiveKeyHash = ({ name, publicKey }: NaiveKey): string =>
  createHash('sha256').update(`${name}\n\u0001`).update(publicKey).digest('hex').slice(0, 8)

export function naiveVerifies(key: NaiveKey, text: string, signature: Uint8Array): boolean {
  const x = Buffer.from(key.publicKey).toString('base64url')
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return signature.length === 64 && verify(null, Buffer.from(text, 'utf8'), object, signature)
}
