/** Bytes and their text forms. Every decoder is strict: it returns undefined unless encoding again gives the same text. */

const encoder = new TextEncoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BASE64_VALUE = new Map(Array.from(BASE64, (character, value) => [character, value]))

export const utf8 = (text: string): Uint8Array => encoder.encode(text)

export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => joinBytes(parts)

/** The same of a list of any length: a call has room for some 100,000 arguments. `room` is written to where it is enough. */
export function joinBytes(parts: readonly Uint8Array[], room?: Uint8Array): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = room !== undefined && length <= room.length ? room.subarray(0, length) : new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

const DIGITS = '0123456789abcdef'

/** True where `text` is the lower-case hexadecimal of `bytes`. */
export function isHexOf(text: string, bytes: Uint8Array): boolean {
  if (text.length !== 2 * bytes.length) return false
  for (let i = 0; i < bytes.length; i++) {
    if (text[2 * i] !== DIGITS[bytes[i]! >> 4] || text[2 * i + 1] !== DIGITS[bytes[i]! & 15]) return false
  }
  return true
}

/** Lower-case hexadecimal of exactly `length` bytes. A loop, which takes a third of a pattern's time: every record has such a text. */
export function isHex(text: string, length: number): boolean {
  if (text.length !== 2 * length) return false
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (!((unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66))) return false
  }
  return true
}

/** Lower-case hexadecimal of exactly `length` bytes, else undefined. */
export function fromHex(text: string, length: number): Uint8Array | undefined {
  if (!isHex(text, length)) return undefined
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16))
}

export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    text += BASE64[a >> 2]
    text += BASE64[((a & 3) << 4) | ((b ?? 0) >> 4)]
    text += b === undefined ? '=' : BASE64[((b & 15) << 2) | ((c ?? 0) >> 6)]
    text += c === undefined ? '=' : BASE64[c & 63]
  }
  return text
}

/** RFC 4648 section 4, padded, no white space, no spare bits; else undefined. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let [bits, held, at] = [0, 0, 0]
  for (let i = 0; i < text.length - padding; i++) {
    const value = BASE64_VALUE.get(text[i]!)
    if (value === undefined) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  // Spare bits would make several texts stand for the same bytes.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Unsigned 64-bit big-endian of a safe integer. */
export function u64be(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** Unsigned 16-bit big-endian. */
export const u16be = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

/** `0|[1-9][0-9]*` up to 2^53-1, else undefined. */
export function fromDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
