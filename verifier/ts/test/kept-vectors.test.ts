import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { digestsOf, type IndexEntry, readKept, unexplained, withNew } from './vectors/kept-vectors.js'

const FOLDER = new URL('../../../spec/bundle/test-vectors/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')
const { vectors }: { vectors: IndexEntry[] } = JSON.parse(read('index.json'))
const sums = read('SHA256SUMS')
const now = digestsOf(vectors, sums)

describe('the golden vectors', () => {
  it('are all kept, and each that changed or is gone has its line in spec/VERSIONING.md', () => {
    const kept = readKept(read('kept.txt'))
    expect([...now.keys()].filter((name) => !kept.has(name))).toEqual([])
    expect(unexplained(kept, now, read('../../VERSIONING.md'))).toEqual([])
  })
})

describe('a vector that is not what it was', () => {
  const [one, ...others] = vectors as [IndexEntry, ...IndexEntry[]]
  const other = { ...one, expect: { ...one.expect, code: 'PROOF_ROOT' } }
  const changed = digestsOf([other, ...others], sums)
  const became = changed.get(one.name)!.slice(0, 12)
  const saying = (line: string) =>
    `# What may change\n\n## Vectors that changed\n\n${line}\n\n## More\n\n- \`${one.name}\` is gone: not here\n`

  it('is named, with the line that is missing', () => {
    expect(unexplained(now, changed, '# nothing')).toEqual([
      `spec/VERSIONING.md, "Vectors that changed", lacks: - \`${one.name}\` became \`${became}\`: <why>`,
    ])
    expect(unexplained(now, digestsOf(others, sums), '# nothing')[0]).toContain(`\`${one.name}\` is gone`)
  })

  it.each([
    ['other bytes', sums.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), vectors],
    ['other options', sums, [{ ...one, options: { run: 'x' } }, ...others]],
    ['another kind', sums, [{ ...one, kind: 'tiles' }, ...others]],
  ])('is one with %s', (_what, theirs, entries) => {
    expect(unexplained(now, digestsOf(entries, theirs), '')).toHaveLength(1)
  })

  it('is one that says the same in better words? no', () => {
    expect(unexplained(now, digestsOf([{ ...one, shows: 'Better.' } as IndexEntry, ...others], sums), '')).toEqual([])
  })

  it('passes with its line, and with no other: of this change, with a reason, in that section', () => {
    const told = (line: string) => unexplained(now, changed, saying(line)).length
    expect(told(`- \`${one.name}\` became \`${became}\`: the order of two checks was mended.`)).toBe(0)
    for (const line of [
      `- \`${one.name}\` became \`${'0'.repeat(12)}\`: another change`,
      `- \`${one.name}\` became \`${became}\`:`,
      `- \`${one.name}\` is gone: it is not`,
      '',
    ])
      expect(told(line)).toBe(1)
    expect(unexplained(now, now, saying(`- \`${one.name}\` is gone: it is not`))).toHaveLength(1)
  })

  it('is never kept anew: the list takes new names alone', () => {
    expect(readKept(withNew(now, changed))).toEqual(new Map([...now].sort(([a], [b]) => (a < b ? -1 : 1))))
    const without = new Map([...now].filter(([name]) => name !== one.name))
    expect(readKept(withNew(without, changed)).get(one.name)).toBe(changed.get(one.name))
  })
})
