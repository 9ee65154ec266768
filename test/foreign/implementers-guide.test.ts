/** docs/implementers_guide.md: its program runs as it is printed, says what is printed, and is wrong where the page says so. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { PROJECT } from '../cli/clyra.js'

const PAGE = readFileSync(join(PROJECT, 'docs', 'implementers_guide.md'), 'utf8')
const VECTORS = join(PROJECT, 'spec', 'bundle', 'test-vectors')
const index: { vectors: { name: string; kind: string; expect: { verdict: string; code: string } }[] } = JSON.parse(
  readFileSync(join(VECTORS, 'index.json'), 'utf8'),
)
const answers = new Map(index.vectors.map(({ name, expect }) => [name, `${expect.verdict} ${expect.code}`]))
const bundles = new Set(index.vectors.filter(({ kind }) => kind === 'bundle').map(({ name }) => name))

const folder = mkdtempSync(join(tmpdir(), 'clyra-guide-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block)

/** What the program of the page says of vectors, line by line. */
function said(names: readonly string[]): string {
  const program = join(folder, 'guide.mjs')
  writeFileSync(program, blocks('js').join('\n'))
  return execFileSync(process.execPath, [program, VECTORS, ...names], { encoding: 'utf8' })
}

it('the program of the page says what the page prints, and that is what each vector expects', () => {
  const [printed = ''] = blocks('text')
  const lines = printed
    .trimEnd()
    .split('\n')
    .map((line) => line.split(': ') as [string, string])
  expect(lines.length).toBeGreaterThan(20)
  expect(said(lines.map(([name]) => name))).toBe(printed)
  for (const [name, answer] of lines) expect([name, answer]).toEqual([name, answers.get(name)])
})

it('every vector that the page names is one, and what it says to be left out is answered otherwise', () => {
  const named = [...PAGE.matchAll(/`((?:valid|forged|negative|truncated)\/[a-z0-9-]+)`/g)].map(([, name]) => name!)
  expect(named.filter((name) => !answers.has(name))).toEqual([])
  const section = PAGE.split('## What is left out here')[1]!.split('\n## ')[0]!
  const leftOut = [...section.matchAll(/\| `([^`]+)` \|$/gm)]
    .map(([, name]) => name!)
    .filter((name) => bundles.has(name))
  expect(leftOut.length).toBeGreaterThan(8)
  const wrong = said(leftOut).trimEnd().split('\n')
  expect(wrong.filter((line) => leftOut.some((name) => line === `${name}: ${answers.get(name)}`))).toEqual([])
})
