import { SPEC } from './spec.generated.js'

/** Paths and entry bundles of C2SP tlog-tiles. Tiles are 256 wide. */

export const TILE_WIDTH = 256

/** `tile/<level>/<n>[.p/<width>]`, level `entries` for entry bundles; n in groups of three digits, all but the last with x. */
export function tilePath(level: number | 'entries', index: number, width = TILE_WIDTH): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g)!
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/**
 * The entries of a bundle: each a big-endian uint16 length and that many bytes. Undefined unless there are exactly
 * `count` of them and not one byte more: a 257th entry in a full bundle must not hide.
 */
export function readEntryBundle(bytes: Uint8Array, count: number): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 2 > bytes.length || entries.length === count) return undefined
    const length = (bytes[at]! << 8) | bytes[at + 1]!
    if (at + 2 + length > bytes.length || length > SPEC.limits.recordBytes) return undefined
    entries.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries.length === count ? entries : undefined
}
