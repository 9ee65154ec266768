import * as z from 'zod'
import { canonicalString, isMemberName } from '../canonical/index.js'
import { boundOf, only, testsOf } from './schema-checks.js'
import { textRule } from './text-rule.js'
import {
  type FixedText,
  fixedText,
  isAscii,
  type Target,
  UNDECIDED,
  writeByte,
  writeFixed,
  writeJsonText,
  writeText,
} from './write-text.js'

/**
 * Checks a value and writes its canonical bytes at `at` in one pass; returns where they end (beyond the target where it
 * has no room, see `write-text.ts`). UNDECIDED: ask the schema; what was written counts for nothing. It never accepts
 * what the schema refuses, and writes exactly `canonicalBytes(schema.parse(value))`.
 */
export type DataWriter = (value: unknown, target: Target, at: number) => number

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
  if (schema instanceof z.core.$ZodString) {
    const rule = textRule(schema)
    return rule && ((value, target, at) => writeJsonText(value, rule, target, at))
  }
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

function oneOf(values: readonly unknown[], schema: z.core.$ZodType): DataWriter | undefined {
  if (!only(schema, ['type', 'entries', 'values'])) return undefined
  const written = new Map<unknown, FixedText>()
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isSafeInteger(value)) return undefined
    if (Object.is(value, -0)) return undefined
    const text = canonicalString(value)
    if (!isAscii(text)) return undefined
    written.set(value, fixedText(text))
  }
  return (value, target, at) => {
    const text = written.get(value)
    // A Map takes -0 for 0, which has no canonical form.
    return text === undefined || Object.is(value, -0) ? UNDECIDED : writeFixed(text, target, at)
  }
}

const TRUE = fixedText('true')
const FALSE = fixedText('false')
const NULL = fixedText('null')
const EMPTY_OBJECT = fixedText('{}')

const boolean: DataWriter = (value, target, at) => {
  if (value === true) return writeFixed(TRUE, target, at)
  return value === false ? writeFixed(FALSE, target, at) : UNDECIDED
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
  return (value, target, at) => (value === null ? writeFixed(NULL, target, at) : inner(value, target, at))
}

function array(schema: z.core.$ZodArray): DataWriter | undefined {
  if (!only(schema, ['type', 'element', 'checks'])) return undefined
  const element = dataWriter(schema._zod.def.element)
  const tests = testsOf<readonly unknown[]>(schema, {
    min_length: (def) => {
      const least = boundOf(def)
      return least === undefined ? undefined : (value: readonly unknown[]) => value.length >= least
    },
    max_length: (def) => {
      const most = boundOf(def)
      return most === undefined ? undefined : (value: readonly unknown[]) => value.length <= most
    },
    custom: () => undefined,
  })
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
  target: Target,
  at: number,
): number {
  let end = writeByte(0x5b, target, at)
  for (let i = 0; i < values.length; i++) {
    if (i > 0) end = writeByte(0x2c, target, end)
    end = writer(i)(values[i], target, end)
    if (end === UNDECIDED) return UNDECIDED
  }
  return writeByte(0x5d, target, end)
}

interface Member {
  readonly name: string
  /** `{"name":` for the first, `,"name":` for the others. */
  readonly lead: FixedText
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
    members.push({ name, lead: fixedText(`${members.length === 0 ? '{' : ','}"${name}":`), write })
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

function writeMembers(data: object, members: readonly Member[], target: Target, at: number): number {
  let count = 0
  for (const _ in data) count++
  if (count !== members.length) return UNDECIDED
  if (count === 0) return writeFixed(EMPTY_OBJECT, target, at)
  // A plain object indexed by names; what each member is, its writer looks at.
  const values = data as Readonly<Record<string, unknown>>
  let end = at
  for (let i = 0; i < members.length; i++) {
    const { name, lead, write } = members[i]!
    end = write(values[name], target, writeFixed(lead, target, end))
    if (end === UNDECIDED) return UNDECIDED
  }
  return writeByte(0x7d, target, end)
}
