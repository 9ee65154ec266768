/** Grammars of the log, each in one place. */

export const STREAM = /^[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}$/
/** Lower-case host name: no path, no port. */
export const ORIGIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
/** Lower-case UUIDv7, or UUIDv8 for what was read from files. */
export const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Reverse-DNS name with a version; the verifier admits every such type outside the reserved ones. */
export const EVENT_TYPE = /^[a-z][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9_-]{0,62}){1,15}\.v[1-9][0-9]{0,5}$/
/** Any attribute: not empty, no control characters, no noncharacters. */
export const ATTRIBUTE = /^[^\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]{1,1024}$/
export const SUBMITTER = /^[A-Za-z0-9._:@/~-]{1,200}$/
export const EXTENSION = /^[a-z0-9]{1,20}$/

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/
const RECORDED_AT = /^.{19}\.\d{3}Z$/

/** `YYYY-MM-DDTHH:mm:ss(.[0-9]{1,9})?Z` that names a real instant; no leap second. */
export function isInstant(text: string): boolean {
  if (!TIME.test(text)) return false
  const [month, day] = [digits(text, 5), digits(text, 8)]
  if (month < 1 || month > 12 || digits(text, 11) > 23 || digits(text, 14) > 59 || digits(text, 17) > 59) return false
  return day >= 1 && (day <= 28 || day <= daysIn(digits(text, 0) * 100 + digits(text, 2), month))
}

/** The number that two digits at `at` spell. */
const digits = (text: string, at: number): number => 10 * (text.charCodeAt(at) - 48) + text.charCodeAt(at + 1) - 48

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`: text order is time order. */
export const isRecordedAt = (text: string): boolean => RECORDED_AT.test(text) && isInstant(text)
