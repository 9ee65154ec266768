import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePythonJson, placeOf } from './python-json.js'

describe("Python's JSON", () => {
  it('is read with NaN and the infinities as null, and counts them', () => {
    expect(parsePythonJson('{"a": NaN, "b": [Infinity, -Infinity, -1], "c": {"d":NaN}}')).toEqual({
      ok: true,
      value: { a: null, b: [null, null, -1], c: { d: null } },
      nonNumbers: 4,
    })
    expect(parsePythonJson(' NaN\n')).toEqual({ ok: true, value: null, nonNumbers: 1 })
  })

  it('leaves the same letters alone where they stand in a text or a name', () => {
    const text = '{"NaN": "NaN, Infinity: -Infinity", "\\"NaN\\"": "\\\\", "x": NaN}'
    expect(parsePythonJson(text)).toEqual({
      ok: true,
      value: { NaN: 'NaN, Infinity: -Infinity', '"NaN"': '\\', x: null },
      nonNumbers: 1,
    })
  })

  it.each([
    ['', 0],
    ['{"a": NaN', 9],
    ['{"a": nan}', 6],
    ['{"a": +Infinity}', 6],
    ['{"a": NaNs}', 6],
    ['[NaN,]', 5],
    ['{"a": NaN} x', 11],
    ['{"a": NaN, NaN: 1}', 11],
    ['["a\nb", NaN]', 1],
    ['[NaN, 01]', 6],
    ['{"a": NaN]', 9],
  ])('refuses %j and says where', (text, offset) => {
    expect(parsePythonJson(text)).toEqual({ ok: false, offset })
  })

  it('names the place by line and byte', () => {
    const text = '{"ä": 1,\n "é": x}'
    const read = parsePythonJson(text)
    expect(read).toEqual({ ok: false, offset: 15 })
    expect(placeOf(text, 15)).toEqual({ line: 2, byte: 7 })
  })

  it('keeps lone surrogates, and of a doubled name the last, as Python does', () => {
    expect(parsePythonJson('{"a": "\\ud800", "a": NaN, "b": "\\udc00x"}')).toMatchObject({
      ok: true,
      value: { a: null, b: '\udc00x' },
    })
  })

  it('reads what JSON.parse reads, whatever is put between its tokens', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(parsePythonJson(text)).toEqual({ ok: true, value: JSON.parse(text), nonNumbers: 0 })
        const wrapped = `[NaN, ${text}, {"x": ${text}, "NaN": -Infinity}]`
        const read = JSON.parse(text)
        expect(parsePythonJson(wrapped)).toEqual({
          ok: true,
          value: [null, read, { x: read, NaN: null }],
          nonNumbers: 2,
        })
      }),
    )
  })

  it('refuses what JSON refuses for any other reason, at a place inside the text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(200), fc.string({ maxLength: 3 }), (value, at, noise) => {
        const text = JSON.stringify(value)
        const damaged = text.slice(0, at) + noise + text.slice(at + 1)
        const read = parsePythonJson(damaged)
        try {
          JSON.parse(damaged)
          expect(read.ok).toBe(true)
        } catch {
          if (read.ok) expect(read.nonNumbers).toBeGreaterThan(0)
          else expect(read.offset >= 0 && read.offset <= damaged.length).toBe(true)
        }
      }),
    )
  })

  it('takes deep nesting without exhausting the stack', () => {
    const deep = `${'['.repeat(200_000)}NaN${']'.repeat(200_000)}`
    expect(() => parsePythonJson(deep)).not.toThrow()
  })
})
