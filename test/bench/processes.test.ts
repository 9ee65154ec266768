import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A short run in which one contestant is broken in its own process. Returns only when all processes have ended: they hold its stderr. */
function broken(how: string) {
  const args = ['--quick', '--only', 'append', '--batch', '1', '--peers', 'raw', '--break', how]
  return spawnSync(process.execPath, ['bench/run.mjs', ...args], { cwd: root, encoding: 'utf8', timeout: 240_000 })
}

it.each([
  ['raw:loses', 'raw segments: event 299 is another one'],
  ['raw:changes', 'raw segments: event 0 is another one'],
  ['raw:dies', 'the process of raw segments + fdatasync ended with 3'],
  ['clyra:dies', 'the process of Clyra ended with 3'],
])('a check that fails, or a process that ends, ends the benchmark without a figure: %s', (how, message) => {
  const { status, stdout, stderr } = broken(how)
  expect(stderr).toContain(`nothing is printed, because a check did not hold: `)
  expect(stderr).toContain(message)
  expect(status).toBe(1)
  expect(stdout).toBe('')
})

it('an error that is no check keeps its name, text and place across the processes', () => {
  const { status, stdout, stderr } = broken('raw:throws')
  expect(stderr).toMatch(/RangeError.*: the disk is full/)
  expect(stderr).toContain('bench/mutations/peers.mjs')
  expect(stderr).not.toContain('nothing is printed')
  expect(status).toBe(1)
  expect(stdout).toBe('')
})

it('nothing is broken: the figures of the same run are printed', () => {
  const { status, stdout, stderr } = broken('sqlite:loses')
  expect(stdout, stderr).toContain('| raw segments + fdatasync | bytes | **')
  expect(status).toBe(0)
})

it('a broken part that is not known is refused before anything runs', () => {
  const { status, stderr } = broken('raw:smiles')
  expect(status).toBe(2)
  expect(stderr).toContain('loses, changes, dies, throws')
})
