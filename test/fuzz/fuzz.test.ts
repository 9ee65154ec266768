/** Fuzzing of every reader of foreign bytes. See the README beside this file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fuzzSeed } from './engine/seed.js'
import type { Counts } from './engine/session.js'
import { MUTANTS } from './mutants.js'
import { MOST_RSS_KIB, supervise } from './supervise.js'
import { TARGET_NAMES } from './targets/index.js'

const seconds = Number(process.env['CLYRA_FUZZ_SECONDS'] ?? 35)
const seed = fuzzSeed()
const only = (process.env['CLYRA_FUZZ_ONLY'] ?? '').split(',').filter((name) => name !== '')
/** What the readers with holes may take together; they are mostly found within a second each. */
const HOLES_SECONDS = 25

const report = fileURLToPath(new URL('../../.cache/fuzz/', import.meta.url))

test(
  `no reader of foreign bytes crashes, hangs, or differs from a plain second one (CLYRA_FUZZ_SEED=${seed})`,
  async () => {
    const milliseconds = Math.max(5, seconds - HOLES_SECONDS) * 1000
    process.stderr.write(
      `fuzzing ${milliseconds / 1000} s; again with CLYRA_FUZZ_SEED=${seed} CLYRA_FUZZ_SECONDS=${seconds}\n`,
    )
    const session = await supervise({ seed, milliseconds, only })
    process.stderr.write(table(session.counts))
    mkdirSync(report, { recursive: true })
    writeFileSync(join(report, 'report.json'), JSON.stringify({ seed, seconds, ...session }, null, 2))
    expect(session.ended).toBe(undefined)
    expect(session.counts.flatMap(({ findings }) => findings)).toEqual([])
    expect(session.maxRSS).toBeLessThan(MOST_RSS_KIB)
    const expected = TARGET_NAMES.filter((name) => only.length === 0 || only.includes(name))
    expect(session.counts.map(({ target }) => target)).toEqual(expected)
    for (const { target, executions, accepted, refused } of session.counts) {
      // A fuzz whose every input is refused at the door, or that refuses none, looks at nothing.
      expect({ target, some: executions > 20 && accepted > 0 && refused > 0 }).toEqual({ target, some: true })
    }
  },
  seconds * 2000 + 120_000,
)

test('the text that each hole replaces is in its file once: who rewrites that file gives the hole its new text', () => {
  const file = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8')
  expect(MUTANTS.filter((mutant) => file(mutant.file).split(mutant.from).length !== 2)).toEqual([])
})

test(`a reader with a hole is found out within ${HOLES_SECONDS} s, one at least for each target (CLYRA_FUZZ_SEED=${seed})`, async () => {
  const chosen = MUTANTS.filter(({ target }) => only.length === 0 || only.includes(target))
  const { counts, ended } = await supervise({ seed, milliseconds: 20_000, mutants: chosen })
  expect(ended).toBe(undefined)
  const found = counts.filter(({ findings }) => findings.some(({ kind }) => kind !== 'crash' && kind !== 'slow'))
  process.stderr.write(`${found.length} of ${chosen.length} readers with holes found out\n`)
  expect(found.map(({ hole }) => hole)).toEqual(chosen.map(({ hole }) => hole))
  if (only.length > 0) return
  const covered = new Set(MUTANTS.map(({ target }) => target))
  expect(TARGET_NAMES.filter((name) => !covered.has(name))).toEqual([])
}, 300_000)

function table(counts: readonly Counts[]): string {
  const rows = counts.map(({ target, executions, accepted, refused, findings }) =>
    [target.padEnd(24), executions, accepted, refused, findings.length]
      .map((cell) => String(cell).padStart(10))
      .join(' '),
  )
  const header = ['target'.padEnd(24), 'executed', 'accepted', 'refused', 'findings']
    .map((cell) => cell.padStart(10))
    .join(' ')
  return `${[header, ...rows].join('\n')}\n`
}
