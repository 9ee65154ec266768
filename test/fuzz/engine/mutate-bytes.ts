import type { Random } from './random.js'

/** Values at which readers of integers go wrong. */
const INTERESTING = [
  0, 1, 2, 3, 7, 8, 16, 31, 32, 33, 63, 64, 127, 128, 129, 255, 256, 257, 1000, 4095, 4096, 9999, 10_000, 10_001,
  65_534, 65_535, 65_536, 131_071, 131_072, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]
/** The same as decimal texts, with those that are none. */
const DECIMALS = [
  '0',
  '1',
  '-1',
  '-0',
  '00',
  '01',
  '2',
  '255',
  '256',
  '65535',
  '65536',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '18446744073709551615',
  '1e2',
  '1.0',
  '+1',
  ' 1',
  '',
]

type Edit = (bytes: Buffer, random: Random, other: Buffer, words: readonly string[]) => Buffer

const flip: Edit = (bytes, random) => {
  const at = random.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  return bytes
}

const overwrite: Edit = (bytes, random) => {
  const at = random.below(bytes.length)
  bytes[at] = random.below(256)
  return bytes
}

const integer: Edit = (bytes, random) => {
  const width = random.pick([1, 2, 4, 8])
  if (bytes.length < width) return bytes
  const at = random.below(bytes.length - width + 1)
  const value = random.pick(INTERESTING)
  const field = Buffer.alloc(8)
  field.writeUInt32LE(value >>> 0, 0)
  const part = field.subarray(0, width)
  if (random.below(2) === 0) part.reverse()
  part.copy(bytes, at)
  return bytes
}

const remove: Edit = (bytes, random) => {
  const at = random.below(bytes.length)
  const length = 1 + random.below(random.pick([1, 4, 32, bytes.length]))
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
}

const insert: Edit = (bytes, random) => {
  const at = random.below(bytes.length + 1)
  const added = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)))
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)])
}

const insertWord: Edit = (bytes, random, _, words) => {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(words), 'utf8'), bytes.subarray(at)])
}

const repeat: Edit = (bytes, random) => {
  const at = random.below(bytes.length)
  const length = 1 + random.below(random.pick([1, 8, 64, bytes.length]))
  const part = bytes.subarray(at, at + length)
  const times = 1 + random.below(random.pick([1, 3, 40]))
  return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: times }, () => part), bytes.subarray(at)])
}

const truncate: Edit = (bytes, random) => Buffer.from(bytes.subarray(0, random.below(bytes.length + 1)))

const splice: Edit = (bytes, random, other) => {
  const from = random.below(other.length)
  const part = other.subarray(from, from + 1 + random.below(other.length - from))
  const at = random.below(bytes.length + 1)
  const rest = random.below(2) === 0 ? bytes.subarray(at) : bytes.subarray(at + part.length)
  return Buffer.concat([bytes.subarray(0, at), part, rest])
}

const exchange: Edit = (bytes, random) => {
  const [a, b] = [random.below(bytes.length), random.below(bytes.length)].sort((x, y) => x - y) as [number, number] // two
  const length = 1 + random.below(Math.max(1, b - a))
  const first = Buffer.from(bytes.subarray(a, a + length))
  const second = Buffer.from(bytes.subarray(b, b + length))
  second.copy(bytes, a)
  first.copy(bytes, b)
  return bytes
}

/** A run of digits becomes another number. */
const decimal: Edit = (bytes, random) => {
  const runs = [...bytes.toString('latin1').matchAll(/[0-9]+/g)]
  if (runs.length === 0) return bytes
  const run = random.pick(runs)
  const end = run.index + run[0].length
  return Buffer.concat([bytes.subarray(0, run.index), Buffer.from(random.pick(DECIMALS)), bytes.subarray(end)])
}

const EDITS: readonly Edit[] = [
  flip,
  flip,
  overwrite,
  integer,
  remove,
  remove,
  insert,
  insertWord,
  insertWord,
  repeat,
  truncate,
  splice,
  exchange,
  decimal,
]

/** The longest input that is made: what is longer is cut. */
export const LONGEST = 200_000

/**
 * One to six edits of `seed`: bits flipped, bytes inserted, deleted, repeated and exchanged, a part of `other` spliced in,
 * integers and decimals set to awkward values, words of the format put in, the end cut off.
 */
export function mutateBytes(seed: Uint8Array, other: Uint8Array, words: readonly string[], random: Random): Uint8Array {
  let bytes: Buffer = Buffer.from(seed)
  const edits = 1 + random.below(random.pick([1, 2, 6]))
  for (let i = 0; i < edits; i++) {
    const edit = bytes.length === 0 ? insertWord : random.pick(EDITS)
    bytes = edit(bytes, random, Buffer.from(other.length === 0 ? [0] : other), words.length === 0 ? ['\u0000'] : words)
  }
  return Uint8Array.from(bytes.subarray(0, LONGEST))
}
