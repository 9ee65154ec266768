import { ClyraError } from '../../errors/index.js'

/**
 * The grammars of the envelope's attributes (`spec/events/README.md`, "Attributes"). One place, used when an event is
 * admitted and when a record is read back.
 */

/** Lower-case UUID of version 7 or 8, RFC 9562. */
export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Reverse-DNS with a version: `dev.clyra.dbt.node.executed.v1`. */
export const TYPE = /^[a-z][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9_-]{0,62}){1,15}\.v[1-9][0-9]{0,5}$/
const MAX_ATTRIBUTE = 1024

/** A text of `TYPE` that is no longer than any attribute may be (`spec/log/SPEC.md`, section 2). */
export function isTypeName(text: string): boolean {
  return text.length <= MAX_ATTRIBUTE && TYPE.test(text)
}

/** Characters of a URI-reference (RFC 3986), at most 1,024: what the record's schema says. Producers are held to `SOURCE`. */
export const URI_REFERENCE = /^(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,1024}$/

// RFC 3986, appendix A. A scheme, or a relative reference, whose first segment has no colon.
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]{0,30}:'
const RELATIVE = '(?![^/?#]*:)'
const characters = (more: string) => `(?:[A-Za-z0-9._~!$&'()*+,;=${more}-]|%[0-9A-Fa-f]{2})*`
const AUTHORITY = `(?:${characters(':')}@)?(?:\\[[0-9A-Fa-f:.]{2,45}\\]|${characters('')})(?::[0-9]*)?`
const HIERARCHY = `(?://${AUTHORITY}(?=[/?#]|$)|(?!//))${characters(':@/')}`
const AFTER_SCHEME = `${HIERARCHY}(?:[?]${characters(':@/?')})?(?:#${characters(':@/?')})?$`
/** `source`: a URI-reference (RFC 3986, 4.1) of 1 to 1,024 characters. */
export const SOURCE = new RegExp(`^(?=.{1,1024}$)(?:${SCHEME}|${RELATIVE})${AFTER_SCHEME}`)
/** `dataschema`: a URI with a scheme (RFC 3986, 3), at most 1,031 characters. */
export const DATASCHEMA = new RegExp(`^(?=.{2,1031}$)${SCHEME}${AFTER_SCHEME}`)
/** Characters of a URI with a scheme: what the record's schema says. Producers are held to `DATASCHEMA`. */
export const URI = /^[A-Za-z][A-Za-z0-9+.-]{0,30}:(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,1000}$/
/** A JSON media type; `data` is JSON always. */
export const JSON_MEDIA_TYPE =
  /^(application\/json|[a-z]{1,32}\/[a-z0-9][a-z0-9!#$&^_.-]{0,100}\+json)(; ?charset=utf-8)?$/
/** W3C Trace Context `traceparent`. */
export const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
/** CloudEvents attribute names: lower-case letters and digits. */
export const EXTENSION_NAME = /^[a-z0-9]{1,20}$/
/** CloudEvents `String`: no control characters, no non-characters of plane 0; at most 1,024 units, never empty. */
export const ATTRIBUTE_TEXT = /^[^\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]{1,1024}$/
/** The ledger's origin: a lower-case host name without path or port. */
export const ORIGIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
/** What a new ledger may be called: an origin whose labels are those of a host name (RFC 1123, 2.1; RFC 1035, 2.3.1). */
export const NEW_ORIGIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
/** Pseudonymous id of the credential that appended. */
export const SUBMITTER = /^[A-Za-z0-9._:@/~-]{1,200}$/
export const HEX_DIGEST = /^[0-9a-f]{64}$/
export const DECIMAL = /^(0|[1-9][0-9]{0,15})$/

/** 32 bytes in lower-case hex. A loop, which takes a third of the pattern's time: every record has such a text. */
export function isHexDigest(text: string): boolean {
  if (text.length !== 64) return false
  for (let i = 0; i < 64; i++) {
    const unit = text.charCodeAt(i)
    if (!((unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66))) return false
  }
  return true
}

/** `0|[1-9][0-9]*`, at most 2^53-1. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text) && (text.length < 16 || Number.isSafeInteger(Number(text)))
}
const STREAM = /^[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}$/
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$/
const RECORDED_AT = /^.{19}\.[0-9]{3}Z$/

/** Member names that the ledger sets; a producer never may. Sorted. */
export const LEDGER_ATTRIBUTES = ['ledger', 'prev', 'recordedat', 'revision', 'stream', 'submitter'] as const

/** Member names that have a place of their own in `EventInput`, and therefore are no extensions. */
export const PRODUCER_ATTRIBUTES = [
  'actor',
  'causationid',
  'correlationid',
  'data',
  'datacontenttype',
  'dataschema',
  'id',
  'runid',
  'source',
  'specversion',
  'subject',
  'time',
  'traceparent',
  'type',
] as const

/** A time of the grammar `YYYY-MM-DDTHH:mm:ss(.[0-9]{1,9})?Z` that is an instant of the calendar; no leap seconds. */
export function isTime(text: string): boolean {
  if (!TIME.test(text)) return false
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || day <= daysIn(Number(text.slice(0, 4)), month)) &&
    twoDigits(text, 11) <= 23 &&
    twoDigits(text, 14) <= 59 &&
    twoDigits(text, 17) <= 59
  )
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}

/** The narrower grammar of `recordedat`: exactly three fraction digits. */
export function isRecordedAt(text: string): boolean {
  return RECORDED_AT.test(text) && isTime(text)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** True for `^[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}$`. */
export function isStreamName(name: string): boolean {
  return STREAM.test(name)
}

/** Throws INVALID_STREAM_NAME unless `name` is a stream name. */
export function assertStreamName(name: string): void {
  if (typeof name !== 'string' || !STREAM.test(name)) {
    throw new ClyraError(
      'INVALID_STREAM_NAME',
      `${JSON.stringify(String(name).slice(0, 80))} is not a stream name: a lower-case category, "-", and 1 to 200 of A-Z a-z 0-9 . _ : ~ -`,
      { details: { stream: name } },
    )
  }
}

/** `run-` and a run's id, which begins with a letter or a digit. */
const RUN_STREAM = /^run-[A-Za-z0-9]/

/**
 * Throws INVALID_STREAM_NAME unless `name` is a stream that records may be added to. The id of a run becomes a word of
 * command lines and a name of files: `..`, `-h` or `~` are none. What an earlier build admitted is still read.
 */
export function assertAppendableStream(name: string): void {
  assertStreamName(name)
  if (name.startsWith('run-') && !RUN_STREAM.test(name)) {
    throw new ClyraError(
      'INVALID_STREAM_NAME',
      `${JSON.stringify(name.slice(0, 80))} is not the stream of a run: its id begins with a letter or a digit`,
      { details: { stream: name } },
    )
  }
}
