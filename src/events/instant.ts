import { ClyraError } from '../errors/index.js'
import { isRecordedAt } from './grammar/index.js'

/**
 * What a clock says, as records carry it: `YYYY-MM-DDTHH:mm:ss.sssZ`. Throws CLOCK_INVALID where that is no such instant:
 * a clock that throws, gives no number, counts in another unit than milliseconds, or stands outside of the years 0000 to
 * 9999. What a reader would refuse is never written.
 */
export function instantOf(now: () => number): string {
  const millis: unknown = readClock(now)
  const instant = typeof millis === 'number' ? new Date(millis) : undefined
  const text = instant === undefined || Number.isNaN(instant.getTime()) ? '' : instant.toISOString()
  if (isRecordedAt(text)) return text
  throw new ClyraError(
    'CLOCK_INVALID',
    `the clock says ${String(millis)}; a clock gives milliseconds since 1970, of the years 0000 to 9999`,
    { details: { clock: String(millis) } },
  )
}

/** What the clock returns, whatever that is; CLOCK_INVALID where it throws. */
export function readClock(now: () => number): number {
  try {
    return now()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ClyraError('CLOCK_INVALID', `the clock failed: ${why}`, { cause })
  }
}

/** No record of this format was written before. */
const FIRST = Date.UTC(2026, 0, 1)
const MOST_AHEAD_YEARS = 50
const MOST_AHEAD = MOST_AHEAD_YEARS * 365.25 * 24 * 3600 * 1000

/**
 * Refuses an instant that lies more than 50 years behind the newest record (''; or an earlier year than 2026: counted from
 * 2026). No ledger rests that long; and once such an instant is in a record, no later one may have an earlier. Throws
 * CLOCK_INVALID.
 */
export function assertPlausible(instant: string, newest: string): void {
  const from = newest === '' ? FIRST : Math.max(FIRST, Date.parse(newest))
  if (Date.parse(instant) - from <= MOST_AHEAD) return
  throw new ClyraError(
    'CLOCK_INVALID',
    `the clock says ${instant}, more than ${MOST_AHEAD_YEARS} years after ${newest === '' ? 'the first ledgers' : `the newest record (${newest})`}; no later record could have an earlier time`,
    { details: { clock: instant, newest } },
  )
}
