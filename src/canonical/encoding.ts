import { ClyraError } from '../errors/index.js'

/** Lower-case hex of the bytes. */
export function hex(bytes: Uint8Array): string {
  return view(bytes).toString('hex')
}

/** Bytes of lower-case hex of even length. Throws `ENCODING_INVALID` for anything else, upper case included. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw invalid('lower-case hex', text)
  return copy(Buffer.from(text, 'hex'))
}

/** RFC 4648 section 4, with padding. */
export function base64(bytes: Uint8Array): string {
  return view(bytes).toString('base64')
}

/**
 * Bytes of RFC 4648 section 4 base64: the text MUST be exactly what `base64` would give for them (padding, no line
 * breaks, no trailing bits, no URL alphabet). Throws `ENCODING_INVALID` else.
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw invalid('base64 (RFC 4648 section 4, padded)', text)
  return copy(bytes)
}

/** UTF-8 bytes of a string. A lone surrogate throws `JSON_SURROGATE`, because UTF-8 has no form for it. */
export function utf8(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8')
  // ASCII text, one byte a unit, needs no closer look.
  if (bytes.length !== text.length && hasLoneSurrogate(text)) {
    throw new ClyraError('JSON_SURROGATE', 'a string holds a lone surrogate')
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Plain comparison, not constant time: for public values. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** True where half of a surrogate pair stands alone: such a string is not Unicode text. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Out of Node's shared pool, and no Buffer: `slice` of a Buffer shares memory, of a Uint8Array it copies. */
function copy(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes)
}

function invalid(what: string, text: string): ClyraError {
  return new ClyraError('ENCODING_INVALID', `not ${what}: ${JSON.stringify(text.slice(0, 80))}`)
}
