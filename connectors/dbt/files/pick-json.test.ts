import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { pickJson, wantedBy } from './pick-json.js'

const text = z.string().nullish().catch(undefined)
const node = z.object({
  a: text,
  b: z
    .object({ a: text, c: z.array(z.string()) })
    .optional()
    .catch(undefined),
  c: z.record(z.string(), z.unknown()).optional().catch(undefined),
})
const schema = z.object({ a: z.record(z.string(), node), b: z.array(node).optional().catch(undefined), c: text })

const bytesOf = (json: string) => new TextEncoder().encode(json)
const picked = (json: string) => pickJson(bytesOf(json), wantedBy(schema))?.value

/**
 * Objects whose names are often the wanted ones, with what a parser of strings may stumble over. No name ends in a
 * backslash: where one did, the JSON.parse of Node 24 (V8 13.6), with which this is compared, takes a later `"\\""` for it.
 */
const name = fc.constantFrom('a', 'b', 'c', 'd', '', '"', '\\d', '__proto__', 'é')
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, 0, -1.5e-7, '', 'a', '"}', '\\', '\\"', '{"a":[', '𝄞\u2028'),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(name, tie('any'), { maxKeys: 5 }),
  ),
})).any

describe('the wanted parts of a JSON text', () => {
  it('parse to what the whole parses to', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 3), (any, indent) => {
        const json = JSON.stringify(any, null, indent)
        const whole = schema.safeParse(JSON.parse(json))
        const parts = schema.safeParse(picked(json))
        expect(parts.success).toBe(whole.success)
        expect(parts.data).toEqual(whole.data)
      }),
      { numRuns: 2_000 },
    )
  })

  it('are taken from a well-formed text with its members in any order, the last of two of a name', () => {
    expect(picked('{ "x": [{"]": "\\"}"}, 1], "c" : "no" , "a":{"n":{"a":"x","z":{}}}, "c":"yes"}')).toEqual({
      a: { n: { a: 'x' } },
      c: 'yes',
    })
    expect(picked('{"\\u0063": "escaped"}')).toEqual({ c: 'escaped' })
  })

  it('are given up where the text is cut off anywhere, or holds what is no JSON', () => {
    const whole = JSON.stringify({ a: { n: { a: 'x"', b: { a: null, c: ['1'] } } }, b: [{ a: 'y' }], c: 'z' })
    for (let length = 0; length < whole.length; length += 1)
      expect({ length, value: picked(whole.slice(0, length)) }).toEqual({ length, value: undefined })
    for (const wrong of ['{"c": NaN}', '{"c" "x"}', '{"a": {"n": {"a": tru}}}', '{} {}', '{"c": "x",}', ']', '{"c":}'])
      expect({ wrong, value: picked(wrong) }).toEqual({ wrong, value: undefined })
    expect(pickJson(new Uint8Array([0x22, 0xff, 0x22]), 'all')).toBeUndefined()
  })

  it('do not exhaust the stack, however deep what is skipped is nested', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
    expect(picked(`{"x": ${deep}, "c": "here"}`)).toEqual({ c: 'here' })
  })

  it('of a real manifest are a small part of it', () => {
    const bytes = readFileSync(
      new URL('../../../examples/dbt-postgres/recorded/good/target/manifest.json', import.meta.url),
    )
    const metadata = z.object({ metadata: z.object({ invocation_id: text }) })
    expect(pickJson(bytes, wantedBy(metadata))?.value).toEqual({
      metadata: { invocation_id: JSON.parse(bytes.toString()).metadata.invocation_id },
    })
  })
})
