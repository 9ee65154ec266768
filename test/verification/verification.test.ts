/**
 * docs/verification.md is what the programs say. Asks again for some of its rows, chosen by a printed seed; with
 * CLYRA_VERIFICATION=write for all of them, and writes the page. See the README beside this file.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { PROJECT } from '../cli/clyra.js'
import { foreignPythonRequirements } from '../services/layout.mjs'
import type { Attack } from './attack.js'
import { ATTACKS } from './attacks.js'
import { COLUMNS, type Column, Judges, whyAbsent } from './judges.js'
import { cellsOf, letPassLine, lineOf, renderPage, TITLES } from './page.js'

const PAGE = join(PROJECT, 'docs', 'verification.md')
const writes = process.env['CLYRA_VERIFICATION'] === 'write'
const seed = Number(process.env['CLYRA_SEED'] ?? Date.now() % 1_000_000)
const ROWS = 8

const page = () => readFileSync(PAGE, 'utf8')
const openssl = (): string => `OpenSSL ${execFileSync('openssl', ['version'], { encoding: 'utf8' }).split(' ')[1]}`

/** Why a column is not asked here. OpenSSL is that of the machine, and another one may say something else. */
const absent = new Map(
  COLUMNS.flatMap((column) => {
    const why = whyAbsent(column) ?? (column === 'openssl' && !writes ? whyOther() : undefined)
    return why === undefined ? [] : [[column, why] as const]
  }),
)
/** The programs stand in one sentence of the page, OpenSSL last. */
function whyOther(): string | undefined {
  return page().includes(`${openssl()}.\n`) ? undefined : `the page was made with another one than ${openssl()}`
}
const isAbsent = (column: Column) => absent.has(column)
for (const [column, why] of absent) {
  if (process.env['CI'] === 'true' && whyAbsent(column) !== undefined) throw new Error(`${column}: ${why}`)
  process.stderr.write(`not asked: ${column}: ${why}\n`)
}

const judges = new Judges()
afterAll(() => judges.close())

/** Every attack must be refused by both of ours, and what must pass accepted. */
async function judged(row: Attack, passes: boolean) {
  const found = await judges.judge(row, passes)
  const ours = [...found.said.typescript, ...found.said.go]
  expect(
    ours.filter(({ word }) => word !== (passes ? 'accepted' : 'refused')),
    row.attack,
  ).toEqual([])
  return found
}

if (writes)
  it('docs/verification.md is written', async () => {
    const groups = []
    for (const group of ATTACKS) {
      const found = []
      for (const row of group.rows) found.push(await judged(row, group.passes === true))
      groups.push({ ...group, judged: found })
    }
    writeFileSync(PAGE, renderPage(groups, programs(), isAbsent))
  }, 900_000)

if (!writes)
  describe(`docs/verification.md (CLYRA_SEED=${seed})`, () => {
    const rows = ATTACKS.flatMap(({ rows, passes }) => rows.map((row) => ({ row, passes: passes === true })))

    test('has the rows that there are, in their order', () => {
      const lines = page()
        .split('## What others let pass')[0]!
        .split('\n')
        .filter((line) => /^\| (?!attack )/.test(line))
      expect(lines.map((line) => line.split(' | ')[0])).toEqual(rows.map(({ row }) => `| ${row.attack}`))
    })

    const chosen = Array.from({ length: ROWS }, (_, i) => rows[(seed + i * 17) % rows.length]!)
    test.each(chosen.map(({ row, passes }) => [row.attack, row, passes] as const))(
      'says of %s what the programs say',
      async (attack, row, passes) => {
        const lines = page().split('\n')
        const line = lines.find((one) => one.startsWith(`| ${attack} |`)) ?? ''
        const written = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))
        const found = await judged(row, passes)
        // Of who is not asked here the page is believed.
        const expected = cellsOf(found, isAbsent).map((cell, i) => (cell === 'absent' ? (written[i + 1] ?? '') : cell))
        expect(line).toBe(lineOf(row, expected))
        if (passes) return
        for (const column of COLUMNS.filter((one) => !isAbsent(one)))
          expect(lines.find((one) => one.startsWith(`| ${TITLES[column]} | ${attack} |`))).toBe(
            letPassLine(column, row, found),
          )
      },
    )
  })

/** What of others was asked, by version. */
function programs(): string {
  const module = (name: string) =>
    new RegExp(`${name} (v\\S+)`).exec(readFileSync(join(PROJECT, 'test', 'foreign', 'go', 'go.mod'), 'utf8'))?.[1]
  const library = /^securesystemslib==(\S+)/m.exec(foreignPythonRequirements())?.[1]
  return [
    `Tessera ${module('github.com/transparency-dev/tessera')}`,
    `golang.org/x/mod ${module('golang.org/x/mod')}`,
    `securesystemslib ${library}`,
    ...(isAbsent('openssl') ? [] : [openssl()]),
  ].join(', ')
}
