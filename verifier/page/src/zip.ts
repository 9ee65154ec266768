/** A file cannot be read as what was given. Says nothing about evidence: a zip of tiles only carries them. */
export class UnreadableZip extends Error {}

interface Entry {
  readonly method: number
  readonly offset: number
  readonly packed: number
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50]
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22]
const COMMENT_MOST = 0xffff
const [STORED, DEFLATED] = [0, 8]

/**
 * Any plain zip, as desktops make them: stored or deflated, read where it lies, one entry at a time. It carries tiles and
 * is no part of the evidence, so it is not asked for one exact form; but two entries of one name are refused, because
 * two readers would see two logs.
 */
export class Zip {
  readonly #file: Blob
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(file: Blob, entries: ReadonlyMap<string, Entry>) {
    this.#file = file
    this.#entries = entries
  }

  /** Reads the directory. Throws UnreadableZip. */
  static async open(file: Blob): Promise<Zip> {
    const tailStart = Math.max(0, file.size - END_SIZE - COMMENT_MOST)
    const tail = await viewOf(file, tailStart, file.size)
    const end = endIn(tail)
    if (end === undefined) throw new UnreadableZip('it has no directory at its end')
    const [count, size, start] = [
      tail.getUint16(end + 10, true),
      tail.getUint32(end + 12, true),
      tail.getUint32(end + 16, true),
    ]
    if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
      throw new UnreadableZip('it is a ZIP64 archive: verify the directory itself, with the program')
    const directory = await viewOf(file, start, start + size)
    const entries = new Map<string, Entry>()
    let at = 0
    for (let i = 0; i < count; i++) {
      if (at + CENTRAL_SIZE > directory.byteLength || directory.getUint32(at, true) !== CENTRAL)
        throw new UnreadableZip(`its directory ends before entry ${i}`)
      const nameEnd = at + CENTRAL_SIZE + directory.getUint16(at + 28, true)
      if (nameEnd > directory.byteLength) throw new UnreadableZip(`its directory ends within entry ${i}`)
      const name = new TextDecoder().decode(bytesOf(directory).subarray(at + CENTRAL_SIZE, nameEnd))
      if (entries.has(name)) throw new UnreadableZip(`two of its entries are called ${name}`)
      if ((directory.getUint16(at + 8, true) & 1) !== 0) throw new UnreadableZip(`${name} is encrypted`)
      entries.set(name, {
        method: directory.getUint16(at + 10, true),
        packed: directory.getUint32(at + 20, true),
        offset: directory.getUint32(at + 42, true),
      })
      at = nameEnd + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true)
    }
    return new Zip(file, entries)
  }

  names(): string[] {
    return [...this.#entries.keys()]
  }

  /** The bytes of an entry, at most `most` of them and one more; undefined where there is none. Throws UnreadableZip. */
  async read(name: string, most: number): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    const local = await viewOf(this.#file, entry.offset, entry.offset + LOCAL_SIZE)
    if (local.byteLength < LOCAL_SIZE || local.getUint32(0, true) !== LOCAL)
      throw new UnreadableZip(`${name} is not where the directory says`)
    const start = entry.offset + LOCAL_SIZE + local.getUint16(26, true) + local.getUint16(28, true)
    const packed = this.#file.slice(start, start + entry.packed)
    if (packed.size !== entry.packed) throw new UnreadableZip(`${name} reaches past the end`)
    if (entry.method === STORED) return new Uint8Array(await packed.slice(0, most + 1).arrayBuffer())
    if (entry.method !== DEFLATED) throw new UnreadableZip(`${name} is packed in a way that is not known here`)
    return inflated(packed, name, most + 1)
  }
}

/** The name that a zip begins with, whatever stands at its end; undefined where it does not begin as one. */
export async function firstNameIn(file: Blob): Promise<string | undefined> {
  const local = await viewOf(file, 0, LOCAL_SIZE)
  if (local.byteLength < LOCAL_SIZE || local.getUint32(0, true) !== LOCAL) return undefined
  return file.slice(LOCAL_SIZE, LOCAL_SIZE + local.getUint16(26, true)).text()
}

/** Stops after `limit` bytes: a small entry may hold a very large one. */
async function inflated(packed: Blob, name: string, limit: number): Promise<Uint8Array> {
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const parts: Uint8Array[] = []
  let length = 0
  try {
    while (length < limit) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      length += value.length
    }
  } catch {
    throw new UnreadableZip(`${name} cannot be unpacked`)
  } finally {
    reader.cancel().catch(() => {})
  }
  const whole = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
  return whole.subarray(0, limit)
}

/** The place of the end record: the last one whose comment ends where the file does. */
function endIn(tail: DataView): number | undefined {
  for (let at = tail.byteLength - END_SIZE; at >= 0; at--)
    if (tail.getUint32(at, true) === END && at + END_SIZE + tail.getUint16(at + 20, true) === tail.byteLength) return at
  return undefined
}

const viewOf = async (file: Blob, start: number, end: number): Promise<DataView> =>
  new DataView(await file.slice(start, end).arrayBuffer())

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
