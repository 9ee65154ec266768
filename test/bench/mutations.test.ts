import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

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

it('the benchmark refuses to print a figure for every row that has a broken part, and for no other', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.mjs', '--mutations'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 280_000,
  })
  const lines = stdout.split('\n')
  const absent = lines.filter((line) => line.startsWith('not run: '))
  for (const line of absent) process.stderr.write(`${line}\n`)
  expect(status, `${stdout}\n${stderr}`).toBe(0)
  expect(lines.filter((line) => line.startsWith('MISSED'))).toEqual([])
  for (const row of ROWS) {
    const mine = lines.filter((line) => line.includes(`s  ${row}`))
    expect(mine.filter((line) => line.includes(': unbroken, it passes')).length, row).toBeGreaterThan(0)
    expect(mine.filter((line) => !line.includes('unbroken')).length, row).toBeGreaterThan(0)
  }
  if (process.env['CI'] === 'true') expect(absent).toEqual([])
})
