/** How the bytes of a text file are encoded, told by their first ones. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** A byte order mark, or, without one, an ASCII character and a zero: dbt's files all begin in ASCII. */
export function encodingOf(bytes: Uint8Array): Encoding {
  const [a, b] = bytes
  if (a === undefined || b === undefined) return 'utf-8'
  if ((a === 0xff && b === 0xfe) || (a !== 0 && a < 0x80 && b === 0)) return 'utf-16le'
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && b < 0x80)) return 'utf-16be'
  return 'utf-8'
}

/** The text without its byte order mark; null where the bytes are not of their encoding, or too many for one text. */
export function decodeText(bytes: Uint8Array): string | null {
  const encoding = encodingOf(bytes)
  try {
    if (encoding !== 'utf-16be') return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return new TextDecoder('utf-16le', { fatal: true }).decode(swapped(bytes))
  } catch {
    return null
  }
}

/** The same text in UTF-8 and without byte order mark; the bytes themselves where they are so already. */
export function utf8Bytes(bytes: Uint8Array): Uint8Array {
  const encoding = encodingOf(bytes)
  if (encoding === 'utf-8')
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
  const little = encoding === 'utf-16le' ? bytes : swapped(bytes)
  // Not fatal: a line that was cut in the middle of a character is one line lost, not the file.
  const decoder = new TextDecoder('utf-16le')
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  for (let at = 0; at < little.length; at += PORTION) {
    parts.push(
      encoder.encode(decoder.decode(little.subarray(at, at + PORTION), { stream: at + PORTION < little.length })),
    )
  }
  return Buffer.concat(parts)
}

const PORTION = 1 << 22

function swapped(bytes: Uint8Array): Uint8Array {
  const even = bytes.length - (bytes.length % 2)
  return Buffer.from(bytes.subarray(0, even)).swap16()
}
