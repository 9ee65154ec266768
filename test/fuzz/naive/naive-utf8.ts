/** Strict UTF-8 from the table of RFC 3629, section 4. Returns undefined for anything else; a byte order mark is a character. */
export function naiveUtf8(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let i = 0; i < bytes.length; ) {
    const [a, b, c, d] = [bytes[i]!, bytes[i + 1] ?? -1, bytes[i + 2] ?? -1, bytes[i + 3] ?? -1]
    const tail = (byte: number, from = 0x80, to = 0xbf) => byte >= from && byte <= to
    let point: number
    let length: number
    if (a <= 0x7f) [point, length] = [a, 1]
    else if (a >= 0xc2 && a <= 0xdf && tail(b)) [point, length] = [(a & 31) * 64 + (b & 63), 2]
    else if (
      (a === 0xe0 && tail(b, 0xa0) && tail(c)) ||
      (((a >= 0xe1 && a <= 0xec) || a === 0xee || a === 0xef) && tail(b) && tail(c)) ||
      (a === 0xed && tail(b, 0x80, 0x9f) && tail(c))
    )
      [point, length] = [(a & 15) * 4096 + (b & 63) * 64 + (c & 63), 3]
    else if (
      (a === 0xf0 && tail(b, 0x90) && tail(c) && tail(d)) ||
      (a >= 0xf1 && a <= 0xf3 && tail(b) && tail(c) && tail(d)) ||
      (a === 0xf4 && tail(b, 0x80, 0x8f) && tail(c) && tail(d))
    )
      [point, length] = [(a & 7) * 262144 + (b & 63) * 4096 + (c & 63) * 64 + (d & 63), 4]
    else return undefined
    text += String.fromCodePoint(point)
    i += length
  }
  return text
}
