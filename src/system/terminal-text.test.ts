import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneLine, steering, terminalText, visible } from './terminal-text.js'

const MARK = '\x01a random mark\x02'
const { paint, eraseLine } = steering(MARK)

describe('text for a terminal', () => {
  it('is what it was where it is plain, in any script', () => {
    for (const text of ['', 'a\tb\nc', 'größer ≥ 表 عربي עברית 😀', '\\u202e'])
      expect([visible(text), terminalText(text, MARK)]).toEqual([text, text])
  })

  it.each([
    ['an escape sequence', '\x1b[2J', '\\u001b[2J'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a C1 control sequence', '\x9b31m', '\\u009b31m'],
    ['DEL', '\x7f', '\\u007f'],
    ['an override of direction', 'a\u202eb\u2066', 'a\\u202eb\\u2066'],
    ['invisible characters', 'a\u200b\u00ad\ufeff\u3164b', 'a\\u200b\\u00ad\\ufeff\\u3164b'],
    ['a tag of a plane above', '\u{e0041}', '\\udb40\\udc41'],
    ['separators of lines', '\u2028\u2029\x85', '\\u2028\\u2029\\u0085'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
  ])('shows %s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('shows breaks too where it must stay one line', () => {
    expect(oneLine('a\nb\tc')).toBe('a\\u000ab\\u0009c')
  })

  it('of JSON stays JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value)
        expect(JSON.parse(visible(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('never steers, whatever it holds, and has the colours that the program itself asked for', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\x1b', '[', '3', '1', 'm', 'K', '\x01', '\x02', '\u202e', 'a', '\r'),
    })
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const shown = terminalText(`${one}${paint(31, other)}${eraseLine}`, MARK)
        expect(shown.match(/\x1b\[[0-9]*[mGK]/g)).toEqual(['\x1b[31m', '\x1b[0m', '\x1b[1G', '\x1b[K'])
        expect(shown.replace(/\x1b/g, '')).toMatch(/^[\x20-\x7e]*$/)
      }),
    )
  })
})
