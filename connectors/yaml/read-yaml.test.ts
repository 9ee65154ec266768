import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { LONGEST_YAML, readYaml } from './read-yaml.js'

/** Milliseconds; a document that took its square would take minutes. */
const LINEAR_MS = 20_000

const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'])
  bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`)

it('gives the value of any document that fits', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
      (value) => {
        // An object without a prototype is an equal value.
        expect(readYaml(stringify(value), '1.2')).toEqual({ ok: true, value: { ...value } })
      },
    ),
    { numRuns: 100 },
  )
  expect(readYaml('', '1.2')).toEqual({ ok: true, value: null })
})

it.each([
  ['forty thousand keys', lines(40_000, (at) => `k${at}: 1`)],
  ['as many in one line', `{${lines(40_000, (at) => `k${at}: 1,`).replaceAll('\n', ' ')}}`],
  ['as many comments', lines(100_000, () => '#')],
  ['one huge scalar', `a: ${'x'.repeat(500_000)}`],
  ['as many anchors', lines(20_000, (at) => `k${at}: &a${at} 1`)],
  ['as many tags', lines(20_000, (at) => `k${at}: !t${at} 1`)],
  ['keys that are lists', lines(20_000, (at) => `? [a${at}]\n: 1`)],
])('reads %s, in a time that grows with the length', { timeout: 60_000 }, (_what, text) => {
  const started = performance.now()
  expect(readYaml(text, '1.2').ok).toBe(true)
  expect(performance.now() - started).toBeLessThan(LINEAR_MS)
})

it.each([
  ['an alias bomb', bomb.join('\n'), /alias/],
  ['aliases without number', `a: &a x\n${lines(20_000, (at) => `k${at}: *a`)}`, /alias/],
  ['lists in lists', '['.repeat(200_000), /nested too deeply/],
  ['lists in lists, one a line', '- '.repeat(200_000), /nested too deeply/],
  ['a key twice', 'a: 1\nb: 2\na: 3\n', /^has a key twice in line 3$/],
  ['a key twice, deep inside and written otherwise', 'x:\n  - {"a": 1, a: 2}\n', /^has a key twice in line 2$/],
  ['a key twice among very many', `${lines(40_000, (at) => `k${at}: 1`)}\nk7: 2`, /^has a key twice in line 40001$/],
  ['several documents', '---\na: 1\n---\nb: 2\n', /multiple documents/],
  ['nothing but errors', '}: \n'.repeat(20_000), /in line 1$/],
  ['an alias of nothing', 'a: *b\n', /alias/],
  ['more than is read', 'x'.repeat(LONGEST_YAML + 1), /^is longer than/],
  ['tabs', 'a:\n\t- b\n', /in line/],
])('says what is wrong with %s, on one line', { timeout: 60_000 }, (_what, text, problem) => {
  const started = performance.now()
  const read = readYaml(text, '1.2')
  expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(problem) })
  expect(performance.now() - started).toBeLessThan(LINEAR_MS)
})

it('shares members by merge keys where PyYAML does', () => {
  const text = 'base: &b {x: 1}\ndev:\n  <<: *b\n  z: 2\n'
  expect(readYaml(text, '1.1')).toMatchObject({ value: { dev: { x: 1, z: 2 } } })
  expect(readYaml(text, '1.2')).toMatchObject({ value: { dev: { '<<': { x: 1 }, z: 2 } } })
})

it('never throws', () => {
  const pieces = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '[',
    ']',
    '{',
    '}',
    '&x ',
    '*x',
    '!t ',
    '"',
    "'",
    '|',
    '>',
    '?',
    '#',
    '%',
    '<<',
    '---',
    '\t',
    '\0',
  )
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 60 }),
      fc.constantFrom('1.1' as const, '1.2' as const),
      (parts, version) => {
        const read = readYaml(parts.join(''), version)
        if (!read.ok) expect(read.problem).not.toContain('\n')
      },
    ),
    { numRuns: 500 },
  )
})
