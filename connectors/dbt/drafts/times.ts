import { isTime } from '../../../src/events/index.js'

const WRITTEN =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})?$/

/**
 * A time that dbt wrote as a record's `timestamp`. dbt writes UTC with `Z`, with an offset, or (`node_started_at`)
 * without either; digits after the ninth decimal are cut. Null for everything that is not an instant.
 */
export function utc(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const parts = WRITTEN.exec(value)
  if (parts === null) return null
  const [, day = '', clock = '', decimals, zone = 'Z'] = parts
  const rest = decimals === undefined ? 'Z' : `.${decimals.slice(0, 9)}Z`
  const text = `${day}T${clock}${rest}`
  if (!isTime(text)) return null
  const offset = zone === 'Z' ? 0 : offsetMinutes(zone)
  if (offset === 0) return text
  const shifted = new Date(Date.parse(`${day}T${clock}Z`) - offset * 60_000).toISOString().slice(0, 19)
  return isTime(`${shifted}Z`) ? `${shifted}${rest}` : null
}

function offsetMinutes(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}

/** Nanoseconds since 1970 of a timestamp of ours. */
export function nanosOf(timestamp: string): bigint {
  const decimals = /\.([0-9]+)Z$/.exec(timestamp)?.[1] ?? ''
  return BigInt(Date.parse(`${timestamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt(decimals.padEnd(9, '0'))
}

/** The Rust engine's OTel file counts nanoseconds since 1970, as a string. Null where it is none. */
export function timestampOfNanos(value: unknown): string | null {
  if (typeof value !== 'string' || !/^[0-9]{1,19}$/.test(value)) return null
  const nanos = BigInt(value)
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  const text = `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`
  return isTime(text) ? text : null
}

/** The later of two timestamps (as instants), ignoring null. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return nanosOf(a) >= nanosOf(b) ? a : b
}

/** The earlier of two timestamps (as instants), ignoring null. */
export function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return nanosOf(a) <= nanosOf(b) ? a : b
}

/** So many seconds before a timestamp, to the microsecond; the timestamp itself where that is no time. */
export function before(timestamp: string, seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 1e9) return timestamp
  const nanos = nanosOf(timestamp) - BigInt(Math.round(seconds * 1e6)) * 1000n
  return timestampOfNanos(String(nanos))?.replace(/000Z$/, 'Z') ?? timestamp
}
