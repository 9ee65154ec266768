import { naiveCrc, ZIP_POLYNOMIAL } from './naive-crc.js'

/** What an archive holds, or the code of `spec/bundle/SPEC.md`, section 1, under which it is refused. */
type NaiveArchive =
  | { readonly files: readonly (readonly [name: string, content: Uint8Array])[] }
  | { readonly code: string }

/** Field by field from the table of section 1: one function for reading a number, one list of entries. */
export function naiveReadZip(bytes: Uint8Array): NaiveArchive {
  const number = (at: number, width: number): number | undefined => {
    if (at < 0 || at + width > bytes.length) return undefined
    let value = 0
    for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
    return value
  }
  const end = bytes.length - 22
  if (number(end, 4) !== 0x06054b50) return { code: 'CONTAINER_MALFORMED' }
  const count = number(end + 10, 2)!
  if (count > 10_000) return { code: 'CONTAINER_TOO_LARGE' }
  const entries: { name: string; flags: number; method: number; crc: number; content: Uint8Array }[] = []
  let at = number(end + 16, 4)!
  let total = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || number(at, 4) !== 0x02014b50) return { code: 'CONTAINER_MALFORMED' }
    const [flags, method, crc, size] = [
      number(at + 8, 2)!,
      number(at + 10, 2)!,
      number(at + 16, 4)!,
      number(at + 20, 4)!,
    ]
    const [nameLength, extra, comment] = [number(at + 28, 2)!, number(at + 30, 2)!, number(at + 32, 2)!]
    const local = number(at + 42, 4)!
    const next = at + 46 + nameLength + extra + comment
    if (next > end || local + 30 > end) return { code: 'CONTAINER_MALFORMED' }
    if (number(local, 4) !== 0x04034b50) return { code: 'CONTAINER_MALFORMED' }
    const start = local + 30 + number(local + 26, 2)! + number(local + 28, 2)!
    if (start + size > end) return { code: 'CONTAINER_MALFORMED' }
    total += size
    if (total > bytes.length) return { code: 'CONTAINER_MALFORMED' }
    const name = Buffer.from(bytes.slice(at + 46, at + 46 + nameLength)).toString('latin1')
    entries.push({ name, flags, method, crc, content: bytes.slice(start, start + size) })
    at = next
  }
  if (entries.some(({ flags, method }) => flags !== 0 || method !== 0)) return { code: 'CONTAINER_METHOD' }
  if (entries.some(({ name }) => !naiveFileName(name))) return { code: 'CONTAINER_NAME' }
  if (new Set(entries.map(({ name }) => name)).size !== entries.length) return { code: 'CONTAINER_DUPLICATE' }
  if (entries.some(({ crc, content }) => naiveCrc(content, ZIP_POLYNOMIAL) !== crc))
    return { code: 'CONTAINER_CHECKSUM' }
  const files = entries.map(({ name, content }) => [name, content] as const)
  if (!Buffer.from(naiveWriteZip(files)).equals(bytes)) return { code: 'CONTAINER_NOT_CANONICAL' }
  return { files }
}

function naiveFileName(name: string): boolean {
  if (name.length > 255) return false
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && [...part].every((one) => LETTERS.includes(one)))
}
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789.-'

/** The one archive of these files, number by number. */
export function naiveWriteZip(files: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')))
  const out: number[] = []
  const directory: number[] = []
  const put = (list: number[], value: number, width: number) => {
    for (let i = 0; i < width; i++) list.push(Math.floor(value / 256 ** i) % 256)
  }
  for (const [name, content] of sorted) {
    const offset = out.length
    const shared: number[] = []
    // Version needed, flags, method, time, date; checksum, sizes; lengths of name and extra.
    for (const value of [10, 0, 0, 0, 0x0021]) put(shared, value, 2)
    for (const value of [naiveCrc(content, ZIP_POLYNOMIAL), content.length, content.length]) put(shared, value, 4)
    for (const value of [name.length, 0]) put(shared, value, 2)
    const raw = [...Buffer.from(name, 'latin1')]
    put(out, 0x04034b50, 4)
    for (const byte of [...shared, ...raw]) out.push(byte)
    for (const byte of content) out.push(byte)
    put(directory, 0x02014b50, 4)
    put(directory, 10, 2)
    for (const byte of shared) directory.push(byte)
    // Comment length, disk, internal attributes, then external attributes.
    for (const width of [2, 2, 2, 4]) put(directory, 0, width)
    put(directory, offset, 4)
    for (const byte of raw) directory.push(byte)
  }
  const start = out.length
  for (const byte of directory) out.push(byte)
  put(out, 0x06054b50, 4)
  for (const value of [0, 0, sorted.length, sorted.length]) put(out, value, 2)
  put(out, directory.length, 4)
  put(out, start, 4)
  put(out, 0, 2)
  return Uint8Array.from(out)
}
