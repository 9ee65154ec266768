import type * as z from 'zod'
import { boundOf, only, testsOf } from './schema-checks.js'
import { ANY_TEXT, type TextRule } from './write-text.js'

/** What a schema says of a text, or undefined where it has a check that is not known here. */
export function textRule(schema: z.core.$ZodString): TextRule | undefined {
  if (!only(schema, ['type', 'checks'])) return undefined
  let { least, most, plain, closed } = ANY_TEXT
  const always = () => true
  const tests = testsOf<string>(schema, {
    min_length: (def) => {
      const bound = boundOf(def)
      if (bound === undefined) return undefined
      least = Math.max(least, bound)
      return always
    },
    max_length: (def) => {
      const bound = boundOf(def)
      if (bound === undefined) return undefined
      most = Math.min(most, bound)
      return always
    },
    string_format: (def) => {
      const pattern = patternOf(def)
      const letters = pattern && oneClass(pattern)
      if (pattern === undefined || letters === undefined || closed)
        return pattern && ((value: string) => pattern.test(value))
      least = Math.max(least, letters.least)
      most = Math.min(most, letters.most)
      plain = letters.set
      closed = true
      return always
    },
  })?.filter((test) => test !== always)
  if (tests === undefined) return undefined
  const [first, second] = tests
  const test = second === undefined ? first : (value: string) => tests.every((test) => test(value))
  return { least, most, plain, closed, test }
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
