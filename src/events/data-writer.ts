import * as z from 'zod'
import { canonicalBytes, isMemberName, utf8 } from '../canonical/index.js'
import { UNDECIDED, writeBytes, writeJsonText, writeText } from './write-text.js'

/**
 * Checks a value and writes its canonical bytes at `at` in one pass; returns where they end (beyond the target where it
 * has no room, see `write-text.ts`). UNDECIDED: ask the schema; what was written counts for nothing. It never accepts
 * what the schema refuses, and writes exactly `canonicalBytes(schema.parse(value))`.
 */
export type DataWriter = (value: unknown, target: Uint8Array, at: number) => number

/**
 * The writer of a schema, or undefined where it has a part that is not known here (a transform, a default, a record,
 * a check of its own kind): what such a schema says is said by `zod` alone.
 *
 * An event's data is read twice by the plain way: once by the schema, which builds a copy of it, and once by the canonical
 * writer, which sorts and checks names that the schema has fixed already. This does both at once for the shapes that
 * events are made of: strict objects, arrays, tuples, texts, enumerations, literals, booleans, safe integers and null.
 */
export function dataWriter(schema: z.core.$ZodType): DataWriter | undefined {
  // The definition that goes with a type is the one zod documents for its core classes.
  if (schema instanceof z.core.$ZodString) return text(schema)
  if (schema instanceof z.core.$ZodEnum) return oneOf(Object.values(schema._zod.def.entries), schema)
  if (schema instanceof z.core.$ZodLiteral) return oneOf(schema._zod.def.values, schema)
  if (schema instanceof z.core.$ZodBoolean) return only(schema, ['type']) ? boolean : undefined
  if (schema instanceof z.core.$ZodNumber) return integer(schema)
  if (schema instanceof z.core.$ZodNullable) return nullable(schema)
  if (schema instanceof z.core.$ZodArray) return array(schema)
  if (schema instanceof z.core.$ZodTuple) return tuple(schema)
  if (schema instanceof z.core.$ZodObject) return strictObject(schema)
  return undefined
}

/** Whether a definition has only these members set: a member that a later zod adds may mean anything. */
function only(schema: z.core.$ZodType, names: readonly string[]): boolean {
  return Object.entries(schema._zod.def).every(
    ([name, value]) => value === undefined || names.includes(name) || (name === 'checks' && empty(value)),
  )
}

function empty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

type Test = (value: never) => boolean

/** The checks of a schema as tests, or undefined where one is of a kind that is not listed. */
function testsOf<T>(schema: z.core.$ZodType, kinds: Readonly<Record<string, (def: object) => Test | undefined>>) {
  const tests: ((value: T) => boolean)[] = []
  for (const check of schema._zod.def.checks ?? []) {
    const { def } = check._zod
    const test = (kinds[def.check] ?? CHECKS[def.check])?.(def)
    if (test === undefined) return undefined
    // A test is made for the values of the schema that its check hangs on.
    tests.push(test as unknown as (value: T) => boolean)
  }
  return tests
}

/** `refine`: only what answers plainly `true` counts; a promise or another truthy answer is zod's to judge. */
const CHECKS: Readonly<Record<string, (def: object) => Test | undefined>> = {
  custom: (def) => {
    if (!('fn' in def) || typeof def.fn !== 'function' || ('when' in def && def.when !== undefined)) return undefined
    const { fn } = def
    return (value: unknown) => fn(value) === true
  },
}

const LENGTHS: Readonly<Record<string, (def: object) => Test | undefined>> = {
  min_length: (def) => ('minimum' in def && typeof def.minimum === 'number' ? atLeast(def.minimum) : undefined),
  max_length: (def) => ('maximum' in def && typeof def.maximum === 'number' ? atMost(def.maximum) : undefined),
}

function atLeast(minimum: number): Test {
  return (value: { readonly length: number }) => value.length >= minimum
}

function atMost(maximum: number): Test {
  return (value: { readonly length: number }) => value.length <= maximum
}

function text(schema: z.core.$ZodString): DataWriter | undefined {
  if (!only(schema, ['type', 'checks'])) return undefined
  const checks = schema._zod.def.checks ?? []
  const pattern = checks.length === 1 ? patternOf(checks[0]!._zod.def) : undefined
  const letters = pattern === undefined ? undefined : oneClass(pattern)
  if (letters !== undefined) return (value, target, at) => writeLetters(value, letters, target, at)
  const tests = testsOf<string>(schema, {
    ...LENGTHS,
    string_format: (def) => {
      const pattern = patternOf(def)
      return pattern === undefined ? undefined : (value: string) => pattern.test(value)
    },
  })
  if (tests === undefined) return undefined
  const [first, second, third] = tests
  // Unrolled: most texts have one or two checks, and this is the innermost loop of an append.
  if (first === undefined)
    return (value, target, at) => (typeof value === 'string' ? writeJsonText(value, target, at) : UNDECIDED)
  if (second === undefined)
    return (value, target, at) =>
      typeof value === 'string' && first(value) ? writeJsonText(value, target, at) : UNDECIDED
  if (third === undefined)
    return (value, target, at) =>
      typeof value === 'string' && first(value) && second(value) ? writeJsonText(value, target, at) : UNDECIDED
  return (value, target, at) =>
    typeof value === 'string' && tests.every((test) => test(value)) ? writeJsonText(value, target, at) : UNDECIDED
}

/** Of a `regex` check: a pattern that does not remember where it stopped. */
function patternOf(def: object): RegExp | undefined {
  if (!('format' in def) || def.format !== 'regex' || !('pattern' in def) || !(def.pattern instanceof RegExp)) {
    return undefined
  }
  return def.pattern.global || def.pattern.sticky ? undefined : def.pattern
}

/** `least` to `most` characters out of a set of letters and digits. */
interface Letters {
  /** 1 at the code of each. */
  readonly set: Uint8Array
  readonly least: number
  readonly most: number
}

/** What a pattern like `^[0-9a-f]{64}$` says; undefined for any other form. Such texts are checked while they are copied. */
function oneClass(pattern: RegExp): Letters | undefined {
  const [, ranges, least, most] =
    /^\^\[((?:a-z|A-Z|0-9|a-f|A-F)+)\]\{([0-9]+)(?:,([0-9]+))?\}\$$/.exec(pattern.source) ?? []
  if (ranges === undefined || pattern.flags !== '') return undefined
  const set = new Uint8Array(0x10000)
  for (let i = 0; i < ranges.length; i += 3) set.fill(1, ranges.charCodeAt(i), ranges.charCodeAt(i + 2) + 1)
  return { set, least: Number(least), most: Number(most ?? least) }
}

function writeLetters(value: unknown, { set, least, most }: Letters, target: Uint8Array, at: number): number {
  if (typeof value !== 'string') return UNDECIDED
  const { length } = value
  if (length < least || length > most) return UNDECIDED
  target[at] = 0x22
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i)
    if (set[code] === 0) return UNDECIDED
    target[at + 1 + i] = code
  }
  target[at + 1 + length] = 0x22
  return at + length + 2
}

function oneOf(values: readonly unknown[], schema: z.core.$ZodType): DataWriter | undefined {
  if (!only(schema, ['type', 'entries', 'values'])) return undefined
  const written = new Map<unknown, Uint8Array>()
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isSafeInteger(value)) return undefined
    if (Object.is(value, -0)) return undefined
    written.set(value, canonicalBytes(value))
  }
  return (value, target, at) => {
    const bytes = written.get(value)
    // A Map takes -0 for 0, which has no canonical form.
    return bytes === undefined || Object.is(value, -0) ? UNDECIDED : writeBytes(bytes, target, at)
  }
}

const TRUE = utf8('true')
const FALSE = utf8('false')
const NULL = utf8('null')
const EMPTY_OBJECT = utf8('{}')

const boolean: DataWriter = (value, target, at) => {
  if (value === true) return writeBytes(TRUE, target, at)
  return value === false ? writeBytes(FALSE, target, at) : UNDECIDED
}

function integer(schema: z.core.$ZodNumber): DataWriter | undefined {
  const { def } = schema._zod
  if (!only(schema, ['type', 'check', 'abort', 'format', 'checks'])) return undefined
  if (!('format' in def) || def.format !== 'safeint') return undefined
  const bound = (less: boolean) => (def: object) => {
    if (!('value' in def) || typeof def.value !== 'number' || !('inclusive' in def)) return undefined
    const { value: limit, inclusive } = def
    if (less) return (value: number) => value < limit || (inclusive === true && value === limit)
    return (value: number) => value > limit || (inclusive === true && value === limit)
  }
  const tests = testsOf<number>(schema, { less_than: bound(true), greater_than: bound(false) })
  if (tests === undefined) return undefined
  return (value, target, at) =>
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    !Object.is(value, -0) &&
    tests.every((test) => test(value))
      ? writeText(String(value), target, at)
      : UNDECIDED
}

function nullable(schema: z.core.$ZodNullable): DataWriter | undefined {
  if (!only(schema, ['type', 'innerType'])) return undefined
  const inner = dataWriter(schema._zod.def.innerType)
  if (inner === undefined) return undefined
  return (value, target, at) => (value === null ? writeBytes(NULL, target, at) : inner(value, target, at))
}

function array(schema: z.core.$ZodArray): DataWriter | undefined {
  if (!only(schema, ['type', 'element', 'checks'])) return undefined
  const element = dataWriter(schema._zod.def.element)
  const tests = testsOf<readonly unknown[]>(schema, { ...LENGTHS, custom: () => undefined })
  if (element === undefined || tests === undefined) return undefined
  return (value, target, at) => {
    if (!Array.isArray(value)) return UNDECIDED
    for (const test of tests) if (!test(value)) return UNDECIDED
    return writeElements(value, () => element, target, at)
  }
}

function tuple(schema: z.core.$ZodTuple): DataWriter | undefined {
  const { items, rest } = schema._zod.def
  if (!only(schema, ['type', 'items', 'rest']) || rest !== null) return undefined
  const writers = items.map((item) => dataWriter(item))
  if (writers.includes(undefined)) return undefined
  return (value, target, at) =>
    Array.isArray(value) && value.length === writers.length
      ? writeElements(value, (i) => writers[i]!, target, at)
      : UNDECIDED
}

function writeElements(
  values: readonly unknown[],
  writer: (i: number) => DataWriter,
  target: Uint8Array,
  at: number,
): number {
  let end = at
  target[end++] = 0x5b
  for (let i = 0; i < values.length; i++) {
    if (i > 0) target[end++] = 0x2c
    end = writer(i)(values[i], target, end)
    if (end === UNDECIDED) return UNDECIDED
  }
  target[end] = 0x5d
  return end + 1
}

interface Member {
  readonly name: string
  /** `{"name":` for the first, `,"name":` for the others. */
  readonly lead: Uint8Array
  readonly write: DataWriter
}

function strictObject(schema: z.core.$ZodObject): DataWriter | undefined {
  const { shape, catchall } = schema._zod.def
  if (!only(schema, ['type', 'shape', 'catchall', 'checks']) || !(catchall instanceof z.core.$ZodNever))
    return undefined
  const members: Member[] = []
  for (const name of Object.keys(shape).sort()) {
    const write = dataWriter(shape[name]!)
    // `optional` is not known to dataWriter: every member of an object that is written here is required.
    if (write === undefined || !isMemberName(name)) return undefined
    members.push({ name, lead: utf8(`${members.length === 0 ? '{' : ','}"${name}":`), write })
  }
  const tests = testsOf<object>(schema, {})
  if (tests === undefined) return undefined
  return (value, target, at) => {
    if (typeof value !== 'object' || value === null) return UNDECIDED
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return UNDECIDED
    // Tests look at the members once more: at a copy, so that a getter cannot tell them another story.
    const data = tests.length === 0 ? value : { ...value }
    const end = writeMembers(data, members, target, at)
    if (end === UNDECIDED) return UNDECIDED
    for (const test of tests) if (!test(data)) return UNDECIDED
    return end
  }
}

function writeMembers(data: object, members: readonly Member[], target: Uint8Array, at: number): number {
  let count = 0
  for (const _ in data) count++
  if (count !== members.length) return UNDECIDED
  if (count === 0) return writeBytes(EMPTY_OBJECT, target, at)
  // A plain object indexed by names; what each member is, its writer looks at.
  const values = data as Readonly<Record<string, unknown>>
  let end = at
  for (let i = 0; i < members.length; i++) {
    const { name, lead, write } = members[i]!
    end = write(values[name], target, writeBytes(lead, target, end))
    if (end === UNDECIDED) return UNDECIDED
  }
  target[end] = 0x7d
  return end + 1
}
