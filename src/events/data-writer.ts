import * as z from 'zod'
import { canonicalString, hasLoneSurrogate, isMemberName } from '../canonical/index.js'

/**
 * Checks a value and gives its canonical text in one pass. `undefined`: not decided here, ask the schema. It never
 * accepts what the schema refuses, and gives exactly `canonicalString(schema.parse(value))`.
 */
export type DataWriter = (value: unknown) => string | undefined

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
  let plain = false
  const tests = testsOf<string>(schema, {
    ...LENGTHS,
    string_format: (def) => {
      if (!('format' in def) || def.format !== 'regex' || !('pattern' in def) || !(def.pattern instanceof RegExp)) {
        return undefined
      }
      const { pattern } = def
      // With these flags a pattern remembers where it stopped.
      if (pattern.global || pattern.sticky) return undefined
      plain ||= pattern.flags === '' && needsNoEscapes(pattern.source)
      return (value: string) => pattern.test(value)
    },
  })
  if (tests === undefined) return undefined
  const quote = plain ? (value: string) => `"${value}"` : quoted
  const [first, second, third] = tests
  // Unrolled: most texts have one or two checks, and this is the innermost loop of an append.
  if (first === undefined) return (value) => (typeof value === 'string' ? quote(value) : undefined)
  if (second === undefined) return (value) => (typeof value === 'string' && first(value) ? quote(value) : undefined)
  if (third === undefined)
    return (value) => (typeof value === 'string' && first(value) && second(value) ? quote(value) : undefined)
  return (value) => (typeof value === 'string' && tests.every((test) => test(value)) ? quote(value) : undefined)
}

/**
 * Whether what a pattern accepts is written as it is, in quotes: anchored at both ends as a whole, made of listed ASCII
 * characters, classes of them, groups and counts. What is not recognised counts as needing a look.
 */
function needsNoEscapes(source: string): boolean {
  return LISTED.test(source) && !hasOuterAlternative(source)
}

/** In a class `-` stands last or within one of the listed ranges: another range may span a quote or a backslash. */
const LISTED =
  /^\^(?:[A-Za-z0-9_:,/@~ -]|\\[./-]|\[(?:a-z|A-Z|A-F|a-f|0-9|1-9|[A-Za-z0-9_.:~/])+-?\]|[()|?*+]|\{[0-9,]+\})*\$$/

/** `^a|b$` is anchored at one end only. */
function hasOuterAlternative(source: string): boolean {
  let depth = 0
  for (const character of source) {
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === '|' && depth === 0) return true
  }
  return false
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/

function quoted(value: string): string | undefined {
  if (PLAIN.test(value)) return `"${value}"`
  return hasLoneSurrogate(value) ? undefined : canonicalString(value)
}

function oneOf(values: readonly unknown[], schema: z.core.$ZodType): DataWriter | undefined {
  if (!only(schema, ['type', 'entries', 'values'])) return undefined
  const written = new Map<unknown, string>()
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isSafeInteger(value)) return undefined
    if (Object.is(value, -0)) return undefined
    written.set(value, canonicalString(value))
  }
  // A Map takes -0 for 0, which has no canonical form.
  return (value) => (Object.is(value, -0) ? undefined : written.get(value))
}

const boolean: DataWriter = (value) => (value === true ? 'true' : value === false ? 'false' : undefined)

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
  return (value) =>
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    !Object.is(value, -0) &&
    tests.every((test) => test(value))
      ? String(value)
      : undefined
}

function nullable(schema: z.core.$ZodNullable): DataWriter | undefined {
  if (!only(schema, ['type', 'innerType'])) return undefined
  const inner = dataWriter(schema._zod.def.innerType)
  return inner === undefined ? undefined : (value) => (value === null ? 'null' : inner(value))
}

function array(schema: z.core.$ZodArray): DataWriter | undefined {
  if (!only(schema, ['type', 'element', 'checks'])) return undefined
  const element = dataWriter(schema._zod.def.element)
  const tests = testsOf<readonly unknown[]>(schema, { ...LENGTHS, custom: () => undefined })
  if (element === undefined || tests === undefined) return undefined
  return (value) => {
    if (!Array.isArray(value)) return undefined
    for (const test of tests) if (!test(value)) return undefined
    return elements(value, () => element)
  }
}

function tuple(schema: z.core.$ZodTuple): DataWriter | undefined {
  const { items, rest } = schema._zod.def
  if (!only(schema, ['type', 'items', 'rest']) || rest !== null) return undefined
  const writers = items.map((item) => dataWriter(item))
  if (writers.includes(undefined)) return undefined
  return (value) =>
    Array.isArray(value) && value.length === writers.length ? elements(value, (i) => writers[i]!) : undefined
}

function elements(values: readonly unknown[], writer: (i: number) => DataWriter): string | undefined {
  let out = '['
  for (let i = 0; i < values.length; i++) {
    const element = writer(i)(values[i])
    if (element === undefined) return undefined
    out += i === 0 ? element : `,${element}`
  }
  return `${out}]`
}

interface Member {
  readonly name: string
  /** `{"name":` for the first, `,"name":` for the others. */
  readonly lead: string
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
    members.push({ name, lead: `${members.length === 0 ? '{' : ','}"${name}":`, write })
  }
  const tests = testsOf<object>(schema, {})
  if (tests === undefined) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return undefined
    // Tests look at the members once more: at a copy, so that a getter cannot tell them another story.
    const data = tests.length === 0 ? value : { ...value }
    return writeMembers(data, members, tests)
  }
}

function writeMembers(
  data: object,
  members: readonly Member[],
  tests: readonly ((value: object) => boolean)[],
): string | undefined {
  let count = 0
  for (const _ in data) count++
  if (count !== members.length) return undefined
  // A plain object indexed by names; what each member is, its writer looks at.
  const values = data as Readonly<Record<string, unknown>>
  let out = ''
  for (let i = 0; i < members.length; i++) {
    const { name, lead, write } = members[i]!
    const written = write(values[name])
    if (written === undefined) return undefined
    out += lead + written
  }
  for (const test of tests) if (!test(data)) return undefined
  return out === '' ? '{}' : `${out}}`
}
