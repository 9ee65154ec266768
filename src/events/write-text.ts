import { canonicalString, hasLoneSurrogate, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'

/*
 * Text into bytes that lie ready. Nothing is thrown where there is no room: what does not fit is left out, and the end
 * that is returned lies beyond the target. The caller makes room and writes again.
 */

/** Where bytes go: the same memory byte by byte and in words. */
export interface Target {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** What has no canonical form, or cannot be decided here. */
export const UNDECIDED = -1

export function targetOf(bytes: Uint8Array): Target {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) }
}

/** ASCII text that is written again and again: the name of a member, a value out of a closed list. */
export interface FixedText {
  /** Of the text, in bytes. */
  readonly length: number
  /** The text, and zeros to the end of its last eight bytes. */
  readonly view: DataView
}

export function fixedText(text: string): FixedText {
  if (!isAscii(text)) throw new ClyraError('INTERNAL', 'a fixed text is ASCII')
  const view = new DataView(new ArrayBuffer(Math.ceil(text.length / 8) * 8))
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i))
  return { length: text.length, view }
}

export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

/** May put zeros behind the text, where the next one goes. Returns where the text ends. */
export function writeFixed({ length, view }: FixedText, target: Target, at: number): number {
  if (at + view.byteLength > target.bytes.length) return writeBytes(new Uint8Array(view.buffer, 0, length), target, at)
  // Eight bytes a step, because half of a record is names. As numbers, which takes them over bit by bit: the one kind of
  // number that a processor may change is NaN, and the bits of a NaN are not ASCII.
  for (let i = 0; i < length; i += 8) target.view.setFloat64(at + i, view.getFloat64(i, true), true)
  return at + length
}

/** Which texts are written, and what of them is checked on the way. */
export interface TextRule {
  /** Fewest and most UTF-16 code units. */
  readonly least: number
  readonly most: number
  /** 1 at the code of each unit that is written as one byte, itself. Must be 0 where JSON escapes. */
  readonly plain: Uint8Array
  /** Whether a text with a unit that is not `plain` is refused; else it is written in its longer form. */
  readonly closed: boolean
  /** What else the text must meet. */
  readonly test: ((text: string) => boolean) | undefined
}

/** Any text, in RFC 8785 form. */
export const ANY_TEXT: TextRule = {
  least: 0,
  most: Number.POSITIVE_INFINITY,
  // RFC 8785, 3.2.2.2; DEL needs no escape, and is rare.
  plain: Uint8Array.from({ length: 0x10000 }, (_, code) =>
    code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c ? 1 : 0,
  ),
  closed: false,
  test: undefined,
}

/** A JSON string in RFC 8785 form. Returns where it ends; UNDECIDED where it does not meet the rule or has a lone surrogate. */
export function writeJsonText(value: unknown, rule: TextRule, target: Target, at: number): number {
  if (typeof value !== 'string') return UNDECIDED
  const { length } = value
  const { plain, test } = rule
  if (length < rule.least || length > rule.most || (test !== undefined && !test(value))) return UNDECIDED
  const { bytes } = target
  // Asked before, because a loop that may store beyond an array's end takes a third more time.
  if (at + length + 2 > bytes.length) return writeOther(value, rule, target, at)
  bytes[at] = QUOTE
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (plain[code] === 0) return writeOther(value, rule, target, at)
    bytes[at + 1 + i] = code
  }
  bytes[at + 1 + length] = QUOTE
  return at + length + 2
}

/** Text as it is, in UTF-8; the caller knows that it has no lone surrogate. Returns where it ends. */
export function writeText(value: string, { bytes }: Target, at: number): number {
  const { read, written } = ENCODER.encodeInto(value, bytes.subarray(at))
  return at + (read === value.length ? written : Buffer.byteLength(value))
}

/** Bytes, where they fit. Returns where they end. */
function writeBytes(bytes: Uint8Array, target: Target, at: number): number {
  const end = at + bytes.length
  if (end <= target.bytes.length) target.bytes.set(bytes, at)
  return end
}

/** One byte, where it fits. Returns the place behind it. */
export function writeByte(byte: number, { bytes }: Target, at: number): number {
  if (at < bytes.length) bytes[at] = byte
  return at + 1
}

/** A text that is not plain or has no room. */
function writeOther(value: string, { plain, closed }: TextRule, target: Target, at: number): number {
  if (closed) for (let i = 0; i < value.length; i++) if (plain[value.charCodeAt(i)] === 0) return UNDECIDED
  return hasLoneSurrogate(value) ? UNDECIDED : writeBytes(utf8(canonicalString(value)), target, at)
}

const QUOTE = 0x22
const ENCODER = new TextEncoder()
