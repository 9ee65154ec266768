import { ClyraError } from '../errors/index.js'

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** A position, size or revision of JSON: `0|[1-9][0-9]*`, at most 2^53-1. Throws `INVALID_POSITION`. */
export function parseDecimal(text: string): number {
  const value = typeof text === 'string' && DECIMAL.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) {
    throw new ClyraError(
      'INVALID_POSITION',
      `${JSON.stringify(text)} is not a decimal of 0 to 2^53-1 without leading zeros`,
    )
  }
  return value
}

/** The JSON form of a position, size or revision. Throws `INVALID_POSITION` for a negative or unsafe number. */
export function decimal(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw new ClyraError('INVALID_POSITION', `${value} is not an integer of 0 to 2^53-1`)
  }
  return String(value)
}
