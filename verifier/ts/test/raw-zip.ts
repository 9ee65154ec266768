import { concatBytes, utf8 } from '../src/bytes.js'
import { crc32 } from '../src/crc32.js'

/** A ZIP writer that can write what a bundle must not be. */

export interface RawEntry {
  readonly name: string
  readonly data: Uint8Array
  readonly method?: number
  readonly flags?: number
  readonly crc?: number
  readonly extra?: Uint8Array
  readonly externalAttributes?: number
  readonly date?: number
  /** Another name in the local header than in the directory (of the same length, or what follows is lost). */
  readonly localName?: string
}

export function rawZip(
  entries: readonly RawEntry[],
  { prefix = new Uint8Array(0), gap = new Uint8Array(0) }: { prefix?: Uint8Array; gap?: Uint8Array } = {},
): Uint8Array {
  const parts: Uint8Array[] = [prefix]
  const directory: Uint8Array[] = []
  let offset = prefix.length
  for (const entry of entries) {
    const extra = entry.extra ?? new Uint8Array(0)
    const header = (name: Uint8Array) => [
      ...u16(10, entry.flags ?? 0, entry.method ?? 0, 0, entry.date ?? 0x21),
      ...u32(entry.crc ?? crc32(entry.data), entry.data.length, entry.data.length),
      ...u16(name.length, extra.length),
    ]
    const name = utf8(entry.name)
    const localName = utf8(entry.localName ?? entry.name)
    const local = concatBytes(Uint8Array.from([...u32(0x04034b50), ...header(localName)]), localName, extra, entry.data)
    const attributes = [...u16(0, 0, 0), ...u32(entry.externalAttributes ?? 0, offset)]
    const central = Uint8Array.from([...u32(0x02014b50), ...u16(10), ...header(name), ...attributes])
    directory.push(central, name, extra)
    parts.push(local)
    offset += local.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = [
    ...u32(0x06054b50),
    ...u16(0, 0, entries.length, entries.length),
    ...u32(size, offset + gap.length),
    ...u16(0),
  ]
  return concatBytes(...parts, gap, ...directory, Uint8Array.from(end))
}

const u16 = (...values: number[]) => values.flatMap((value) => [value & 255, (value >> 8) & 255])
const u32 = (...values: number[]) => values.flatMap((value) => [...u16(value & 0xffff), ...u16(value >>> 16)])
