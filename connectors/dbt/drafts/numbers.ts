/**
 * A count as an unsigned decimal string. dbt writes counts as integers, as floats with an empty fraction (`3.0`) and,
 * in the Rust engine, as strings; adapters write -1 for "not known". Null for everything that is not a count.
 */
export function count(value: unknown): string | null {
  if (typeof value === 'string') return /^(0|[1-9][0-9]{0,18})$/.test(value) ? value : null
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(Math.abs(value)) : null
}

/**
 * Seconds or ratios as a signed decimal fraction without exponent and with at most 12 decimals (cut, not rounded:
 * what is kept are digits that stand in the source). The shortest text of the parsed double is the text that dbt
 * (Python's repr) and the Rust engine (ryu) wrote, so no digit drifts. Null for anything else.
 */
export function fraction(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  const text = plainDecimal(String(Math.abs(value)))
  const [whole = '0', decimals = ''] = text.split('.')
  if (whole.length > 19) return null
  const kept = decimals.slice(0, 12).replace(/0+$/, '')
  const shown = kept === '' ? whole : `${whole}.${kept}`
  return value < 0 && shown !== '0' ? `-${shown}` : shown
}

/** Nanoseconds as seconds, exact: 472342n -> "0.000472342". Null for negative spans. */
export function nanosAsSeconds(nanos: bigint): string | null {
  if (nanos < 0n) return null
  const decimals = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const whole = String(nanos / 1_000_000_000n)
  return decimals === '' ? whole : `${whole}.${decimals}`
}

/** `5.1e-7` -> `0.00000051`. */
function plainDecimal(text: string): string {
  const parts = /^([0-9]+)(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(text)
  if (parts === null) return text
  const [, whole = '', decimals = '', exponent = '0'] = parts
  const digits = whole + decimals
  const point = whole.length + Number(exponent)
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}
