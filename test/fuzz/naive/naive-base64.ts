const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648, section 4, by its bits: padded, the bits left over are zero. Undefined else. */
export function naiveBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const body = text.replace(/={1,2}$/, '')
  if (text.length - body.length > 2) return undefined
  let bits = ''
  for (const character of body) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) return undefined
    bits += value.toString(2).padStart(6, '0')
  }
  const length = Math.floor(bits.length / 8)
  const left = bits.slice(length * 8)
  // Three characters of padding, or one character of body, stand for nothing.
  if (left.includes('1') || left.length >= 6 || body.length % 4 === 1) return undefined
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2))
}
