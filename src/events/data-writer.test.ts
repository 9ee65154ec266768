import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { canonicalString } from '../canonical/index.js'
import { isClyraError } from '../errors/index.js'
import { type DataWriter, dataWriter } from './data-writer.js'
import { CLYRA_REGISTRY } from './registry.js'
import { targetOf, UNDECIDED } from './write-text.js'

/** What the plain way says: the schema, then the canonical form of what it gives back. */
function plainly(schema: z.ZodType, value: unknown): string | undefined {
  const result = schema.safeParse(value)
  return result.success ? orRefusal(() => canonicalString(result.data)) : undefined
}

/** The text, or the code of the error: a lone surrogate has no canonical form, whoever looks at it. */
function orRefusal(write: () => string | undefined): string | undefined {
  try {
    return write()
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
}

/** What a writer gives for a value, as text; undefined where it leaves it to the schema. */
function written(write: DataWriter | undefined, value: unknown): string | undefined {
  const target = new Uint8Array(100_000)
  const end = write?.(value, targetOf(target), 7) ?? UNDECIDED
  return end === UNDECIDED ? undefined : Buffer.from(target.subarray(7, end)).toString('utf8')
}

/** Values of a schema's shape, of which nearly all are valid. */
function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.core.$ZodString) {
    const patterns = (schema._zod.def.checks ?? []).flatMap(({ _zod: { def } }) =>
      'pattern' in def && def.pattern instanceof RegExp ? [def.pattern] : [],
    )
    if (patterns[0]?.source.startsWith('^[0-9]{4}-[0-9]{2}') === true)
      return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString())
    return patterns[0] === undefined
      ? fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      : fc.stringMatching(patterns[0])
  }
  if (schema instanceof z.core.$ZodEnum) return fc.constantFrom(...Object.values(schema._zod.def.entries))
  if (schema instanceof z.core.$ZodLiteral) return fc.constantFrom(...schema._zod.def.values)
  if (schema instanceof z.core.$ZodBoolean) return fc.boolean()
  if (schema instanceof z.core.$ZodNumber) return fc.integer({ min: 0, max: 300 })
  if (schema instanceof z.core.$ZodNullable) return fc.option(valuesOf(schema._zod.def.innerType))
  if (schema instanceof z.core.$ZodArray) return fc.array(valuesOf(schema._zod.def.element), { maxLength: 4 })
  if (schema instanceof z.core.$ZodTuple) return fc.tuple(...schema._zod.def.items.map(valuesOf))
  if (schema instanceof z.core.$ZodObject)
    return fc.record(Object.fromEntries(Object.entries(schema._zod.def.shape).map(([k, v]) => [k, valuesOf(v)])), {
      noNullPrototype: true,
    })
  throw new Error(`no values for ${schema._zod.def.type}`)
}

const ODD: unknown[] = [
  undefined,
  null,
  -0,
  0,
  1.5,
  2 ** 53,
  Number.NaN,
  '',
  'x"y',
  '\\',
  '\u0000',
  '\ud800',
  'é',
  '9'.repeat(600),
  [],
  {},
  [null],
  new Date(0),
  Object.create(null),
  new Map(),
  () => 0,
  Symbol('x'),
  10n,
  Promise.resolve(true),
]

/** One place of the value replaced, removed or added to. */
function damaged(value: unknown, steps: readonly number[], odd: unknown): unknown {
  if (typeof value !== 'object' || value === null || steps.length === 0) return odd
  const [step = 0, ...rest] = steps
  if (Array.isArray(value)) {
    const copy = [...value]
    if (copy.length === 0 || step % 5 === 0) copy.push(odd)
    else copy[step % copy.length] = damaged(copy[step % copy.length], rest, odd)
    return copy
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || step % 7 === 0) return { ...value, surplus: odd }
  const [name, inner] = entries[step % entries.length]!
  if (step % 11 === 0) return Object.fromEntries(entries.filter(([other]) => other !== name))
  return { ...value, [name]: damaged(inner, rest, odd) }
}

describe('the writer of a schema', () => {
  it('exists for the data of every type of Clyra', () => {
    expect(CLYRA_REGISTRY.types().filter(({ write }) => write === undefined)).toEqual([])
  })

  for (const { type, schema, write } of CLYRA_REGISTRY.types()) {
    it(`gives for ${type} what the schema and the canonical writer give, or leaves it to them`, () => {
      let decided = 0
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          const text = written(write, value)
          if (text !== undefined) decided++
          if (text !== undefined || plainly(schema, value) !== undefined) expect(text).toBe(plainly(schema, value))
        }),
        { numRuns: 60 },
      )
      // A key's id is its hash and a reason excludes another: chance meets such rules rarely.
      if (!type.includes('.ledger.') && !type.includes('artifact.source')) expect(decided).toBeGreaterThan(0)
    })

    it(`accepts no data for ${type} that the schema refuses`, () => {
      fc.assert(
        fc.property(
          valuesOf(schema),
          fc.array(fc.nat(30), { maxLength: 3 }),
          fc.constantFrom(...ODD),
          (value, steps, odd) => {
            const bad = damaged(value, steps, odd)
            const text = written(write, bad)
            if (text !== undefined) expect(text).toBe(plainly(schema, bad))
          },
        ),
        { numRuns: 200 },
      )
    })
  }

  it('leaves to the schema what it does not know', () => {
    const unknown = [
      z.string().trim(),
      z.coerce.string(),
      z.email(),
      z.string().optional(),
      z.string().default('x'),
      z.record(z.string(), z.string()),
      z.object({ a: z.string() }),
      z.looseObject({ a: z.string() }),
      z.strictObject({ a: z.string().optional() }),
      z.strictObject({ a: z.string() }).transform((v) => v),
      z.strictObject({ a: z.string() }).superRefine(() => undefined),
      z.strictObject({ ['__proto__']: z.string() }),
      z.strictObject({ 'with space': z.string() }),
      z.string().regex(/^a+$/g),
      z.number(),
      z.union([z.string(), z.null()]),
      z.tuple([z.string()], z.string()),
      z.array(z.string()).refine(() => true),
      z.literal(1.5),
      z.enum(['a', 'ü']),
      z.unknown(),
    ]
    expect(unknown.filter((schema) => dataWriter(schema) !== undefined).map(({ def }) => def.type)).toEqual([])
  })

  it('escapes what a pattern lets through', () => {
    for (const pattern of [/^[^x]+$/, /^a|b$/, /^.+$/, /^[A-~]+$/, /^["]$/, /^[.-~]+$/, /a/, /^a$|b/, /^[ -~]+$/i]) {
      const schema = z.string().regex(pattern)
      for (const value of ['a"', '"', '\\', 'a\nb"', '"b'])
        if (schema.safeParse(value).success) expect(written(dataWriter(schema), value)).toBe(JSON.stringify(value))
    }
  })

  it('reads a member once, so that a getter cannot show two values', () => {
    const schema = z.strictObject({ a: z.string(), b: z.string() }).refine(({ a, b }) => a === b)
    let reads = 0
    const data = {
      get a() {
        reads++
        return reads === 1 ? 'x' : 'y'
      },
      b: 'x',
    }
    expect(written(dataWriter(schema), data)).toBe('{"a":"x","b":"x"}')
    expect(reads).toBe(1)
  })

  it('says where the bytes end, whatever the size of the buffer, and writes nothing beyond it', () => {
    const schema = z.strictObject({ a: z.string(), b: z.array(z.enum(['x', 'yy'])), c: z.boolean().nullable() })
    const value = { a: 'é"'.repeat(60), b: ['x', 'yy'], c: null }
    const whole = canonicalString(value)
    const write = dataWriter(schema)
    for (let size = 0; size <= Buffer.byteLength(whole) + 2; size++) {
      const memory = new Uint8Array(600)
      const end = write?.(value, targetOf(memory.subarray(0, size)), 0)
      expect(end).toBe(Buffer.byteLength(whole))
      if (size >= Buffer.byteLength(whole)) expect(Buffer.from(memory.subarray(0, end)).toString()).toBe(whole)
      expect(memory.subarray(size).every((byte) => byte === 0)).toBe(true)
    }
  })

  it('takes no promise of a refinement for a yes', () => {
    const schema = z.strictObject({ a: z.string() }).refine(async () => false)
    expect(written(dataWriter(schema), { a: 'x' })).toBeUndefined()
  })
})
