import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { clyra, discard, ended, leaveRun, RECORDED, sandbox, startClyra } from '../cli/clyra.js'
import { fullBounds, reportFaults } from '../faults/report.js'
import { type HoldingProgram, holdAndServe } from './program-that-holds.js'

const SEED = Number(process.env['CLYRA_FAULTS_SEED'] ?? 20_262)
/** How often each command is given. */
const ROUNDS = Number(process.env['CLYRA_HOLDER_ROUNDS'] ?? (fullBounds ? 10 : 2))
const PEER = fileURLToPath(new URL('./peer.mjs', import.meta.url))
/** What a command may end with beside one that worked: who appended was gone, or too many waited. */
const EXCUSES = /\((HOLDER_GONE|LEDGER_LOCKED)\)/

let folder: string
let state: string
let children: ChildProcess[] = []
beforeEach(() => {
  folder = sandbox()
  state = join(folder, 'project', '.clyra')
  expect(clyra(folder, ['init']).status).toBe(0)
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await discard(folder)
})

/** Holders that are killed at drawn moments, one after the other, until they are told to end. */
class DyingHolders {
  readonly #all: HoldingProgram[] = []
  readonly #stopped = new AbortController()
  readonly #dying: Promise<void>
  deaths = 0

  constructor(random: SeededRandom) {
    this.#dying = this.#live(random)
  }

  async #live(random: SeededRandom): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const program = this.#start()
      // Also before it is ready: while it waits for the lock, recovers, or makes the socket.
      await sleep(random.between(300, 2500), undefined, { signal }).catch(() => undefined)
      program.child.kill('SIGKILL')
      await program.stop()
      this.deaths++
    }
  }

  #start(): HoldingProgram {
    const program = holdAndServe(state)
    this.#all.push(program)
    children.push(program.child)
    return program
  }

  /** Ends the last one; gives what all of them were acknowledged. */
  async end(): Promise<string[]> {
    this.#stopped.abort()
    await this.#dying
    return this.#all.flatMap((program) => program.acknowledged())
  }
}

interface Recorded {
  readonly position: string
  readonly event: { readonly id: string; readonly type: string; readonly source: string; readonly data: unknown }
}

function startPeer(name: string): Promise<string[]> {
  const child = spawn(process.execPath, [PEER, state, name, String(15 * ROUNDS)], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return ended(child).then(({ status, stdout, stderr }) => {
    expect([status, stderr]).toEqual([0, ''])
    return [...stdout.matchAll(/^ack (.*)\n/gm)].map((line) => line[1] ?? '')
  })
}

/** One after the other, as often as there are rounds; each ends, with what it was for or with an excuse. */
async function repeat(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  let worked = 0
  for (let round = 0; round < ROUNDS; round++) {
    const child = startClyra(folder, args, { env: { CLYRA_LOCK_WAIT: '60', ...env } })
    children.push(child)
    const { status, signal, stderr } = await ended(child)
    if (status === 0) worked++
    else
      expect({ args, status, signal, stderr }).toEqual({
        args,
        status: 3,
        signal: null,
        stderr: expect.stringMatching(EXCUSES),
      })
  }
  return worked
}

test('ten processes work beside holders that are killed: nothing acknowledged is lost or there twice', async () => {
  process.stderr.write(`seed ${SEED}, ${ROUNDS} rounds\n`)
  leaveRun(folder, 'good')
  expect(clyra(folder, ['ingest', 'dbt', 'target']).status).toBe(0)
  cpSync(join(folder, 'project', 'target'), join(folder, 'project', 'left'), { recursive: true })
  const holders = new DyingHolders(new SeededRandom(SEED))
  const plan = { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }) }
  const peers = ['a', 'b', 'c'].map(startPeer)
  const commands = [
    repeat(['run', 'dbt', 'build'], plan),
    repeat(['run', 'dbt', 'build', '--log-path', 'logs2', '--target-path', 'target2'], plan),
    repeat(['ingest', 'dbt', 'left']),
    repeat(['bundle', '--last', '--force', '-o', 'a.def.zip']),
    repeat(['keys', 'rotate']),
    repeat(['spool', 'flush']),
  ]
  const worked = await Promise.all(commands)
  const acknowledged = (await Promise.all(peers)).flat()
  acknowledged.push(...(await holders.end()))
  expect(holders.deaths).toBeGreaterThan(ROUNDS)
  process.stderr.write(
    `${holders.deaths} holders were killed, ${acknowledged.length} records acknowledged, commands that worked: ${worked.join(' ')}\n`,
  )
  expect(worked.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(commands.length)
  expect(clyra(folder, ['spool', 'flush']).status).toBe(0)

  const log = clyra(folder, ['log', 'tail', '-n', '1000000', '--json']).stdout.trim().split('\n')
  const records = log.map((line) => JSON.parse(line) as Recorded)
  const ids = new Map(records.map(({ position, event }) => [event.id, position]))
  expect(ids.size).toBe(records.length)
  // Each beat says which one it is of whom.
  const beats = records.map(({ event }) => event).filter(({ type }) => type === 'com.example.beat.v1')
  expect(new Set(beats.map(({ source, data }) => JSON.stringify([source, data]))).size).toBe(beats.length)
  expect(acknowledged.filter((one) => one !== `${ids.get(one.split(' ')[1] ?? '')} ${one.split(' ')[1]}`)).toEqual([])
  expect(clyra(folder, ['fsck', '--all'])).toMatchObject({ status: 0 })
  reportFaults('killed-holder', [
    {
      fault: 'SIGKILL of the process that holds and serves the ledger, at any moment of its life',
      where: 'ten processes beside it, again and again: run dbt, ingest dbt, bundle, keys rotate, spool flush, appends',
      cases: holders.deaths,
      survived: holders.deaths,
      rule: 'what was acknowledged is there at its position, nothing is there twice, each command ends with what it was for or with HOLDER_GONE or LEDGER_LOCKED, fsck finds nothing',
      mutation: 'the holder gives what it is asked to append ids of its own',
    },
  ])
}, 1_800_000)
