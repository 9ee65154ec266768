import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runningProcesses } from './end-processes.js'
import { freePort, removeFolder, startProgram } from './index.js'

/** Writes a new file every few milliseconds, as a browser writes into its profile; says its process id in `pids`. */
const WRITE = 'echo $$ >> "$1/pids"; while :; do echo x > "$1/deep/$(date +%N)"; done'
/** Three generations: the second of another session whose parent ends at once, so that nobody links it to the first. */
const FAMILY = `setsid sh -c '(sh -c "$0" sh "$1" &) ; exit 0' "$0" "$1" & sh -c "$0" sh "$1" & wait`

function startFamily(folder: string, cwd: string) {
  mkdirSync(join(folder, 'deep'))
  const program = startProgram('sh', ['-c', FAMILY, WRITE, folder], { cwd, stdio: 'ignore' })
  const pids = () =>
    existsSync(join(folder, 'pids')) ? readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number) : []
  return { program, pids }
}

const living = (pids: readonly number[]) =>
  runningProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => pids.includes(pid))

describe('processes that a test started', () => {
  it('are gone, with those that left the family, before their folder is removed', async () => {
    for (let round = 0; round < 5; round += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'clyra-family-'))
      const { program, pids } = startFamily(folder, folder)
      while (pids().length < 2) await sleep(10)
      const all = pids()
      expect(living(all)).toHaveLength(2)
      await program.end()
      await removeFolder(folder)
      expect(living(all)).toEqual([])
      expect(existsSync(folder)).toBe(false)
    }
  })

  it('are ended by the removal of the folder alone, where a failed test ended none of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-family-'))
    const { pids } = startFamily(folder, folder)
    while (pids().length < 2) await sleep(10)
    const all = pids()
    await removeFolder(folder)
    expect(living(all)).toEqual([])
    expect(existsSync(folder)).toBe(false)
  })

  it('and no others: neither the test nor who works elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-family-'))
    const other = startProgram('sleep', ['600'], { cwd: tmpdir(), stdio: 'ignore' })
    const ended = startProgram('sleep', ['600'], { cwd: folder, stdio: 'ignore' })
    await removeFolder(folder)
    expect(living([other.child.pid ?? 0])).toHaveLength(1)
    expect(living([ended.child.pid ?? 0])).toEqual([])
    await other.end()
    expect(other.child.signalCode).toBe('SIGKILL')
  })

  it('end at once where they never started', async () => {
    const program = startProgram(join(tmpdir(), 'no-such-program'), [], { stdio: 'ignore' })
    const failed = new Promise((resolve) => program.child.once('error', resolve))
    expect(await failed).toMatchObject({ code: 'ENOENT' })
    await program.end()
  })
})

it('a free port lies where the system gives none to others by itself', async () => {
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0])
  for (let i = 0; i < 50; i += 1) expect(await freePort()).toBeLessThan(Math.max(first, 32_768))
})
