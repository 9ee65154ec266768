import { canonicalString, hasLoneSurrogate, utf8 } from '../canonical/index.js'

/*
 * Text into bytes that lie ready. Nothing is thrown where there is no room: what does not fit is left out, and the end
 * that is returned lies beyond the target. The caller makes room and writes again.
 */

/** What has no canonical form, or cannot be decided here. */
export const UNDECIDED = -1

/** A JSON string in RFC 8785 form. Returns where it ends; UNDECIDED for a lone surrogate. */
export function writeJsonText(value: string, target: Uint8Array, at: number): number {
  const { length } = value
  target[at] = QUOTE
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (PLAIN[code] === 0) return writeOther(value, target, at)
    target[at + 1 + i] = code
  }
  target[at + 1 + length] = QUOTE
  return at + length + 2
}

/** Text as it is, in UTF-8; the caller knows that it has no lone surrogate. Returns where it ends. */
export function writeText(value: string, target: Uint8Array, at: number): number {
  const { length } = value
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (code > 0x7f) return writeBytes(utf8(value), target, at)
    target[at + i] = code
  }
  return at + length
}

/** Bytes, where they fit. Returns where they end. */
export function writeBytes(bytes: Uint8Array, target: Uint8Array, at: number): number {
  const end = at + bytes.length
  // A loop: most are a few letters, for which `set` costs more than it saves.
  if (bytes.length <= SHORT) for (let i = 0; i < bytes.length; i++) target[at + i] = bytes[i]!
  else if (end <= target.length) target.set(bytes, at)
  return end
}

function writeOther(value: string, target: Uint8Array, at: number): number {
  return hasLoneSurrogate(value) ? UNDECIDED : writeBytes(utf8(canonicalString(value)), target, at)
}

const SHORT = 96
const QUOTE = 0x22

/** 1 for each UTF-16 code unit that a JSON string holds as one byte, itself (RFC 8785, 3.2.2.2). */
const PLAIN = Uint8Array.from({ length: 0x10000 }, (_, code) =>
  code >= 0x20 && code < 0x7f && code !== QUOTE && code !== 0x5c ? 1 : 0,
)
