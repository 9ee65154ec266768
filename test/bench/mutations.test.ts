import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { sampled } from '../faults/sampled.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Peers that are measured only where their toolchain is; what is absent is printed, and must not be so in CI. */
const ROWS = [
  'append',
  'flushes',
  'singles',
  'loop',
  'lag',
  'socket',
  'verify',
  'root',
  'steps',
  'wrapper',
  'growth',
  'open, disk',
]
/** The command without a choice of rows takes them all. */
const TRIED = sampled(ROWS, 4)
const only = TRIED.map((row) => /^\w+/.exec(row)?.[0]).join(',')

it('the benchmark refuses to print a figure for a row that has a broken part, and for no other', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.mjs', '--mutations', '--only', only], {
    cwd: root,
    encoding: 'utf8',
    timeout: 280_000,
  })
  const lines = stdout.split('\n')
  const absent = lines.filter((line) => line.startsWith('not run: '))
  for (const line of absent) process.stderr.write(`${line}\n`)
  expect(status, `${stdout}\n${stderr}`).toBe(0)
  expect(lines.filter((line) => line.startsWith('MISSED'))).toEqual([])
  for (const row of TRIED) {
    const mine = lines.filter((line) => line.includes(`s  ${row}`))
    expect(mine.filter((line) => line.includes(': unbroken, it passes')).length, row).toBeGreaterThan(0)
    expect(mine.filter((line) => !line.includes('unbroken')).length, row).toBeGreaterThan(0)
  }
  if (process.env['CI'] === 'true') expect(absent).toEqual([])
})
