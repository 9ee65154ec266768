import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldLedger, follow, type ProjectedLedger } from '../../src/projector/index.js'
import { LmdbProjectionStore } from '../../src/projector/lmdb/index.js'
import { openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { lanes } from './lanes.mjs'
import { verifyLedger } from './verify-ledger.js'
import { collectAcknowledged, startWriter } from './writer-process.js'

const DIST = fileURLToPath(new URL('../../dist/src', import.meta.url))
const FOLLOWER = fileURLToPath(new URL('./follow-until-killed.mjs', import.meta.url))
const DEATHS = 6

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-followed-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

/** A process that follows until it is killed. */
class Follower {
  readonly told: number[] = []
  errors = ''
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(directory: string, file: string) {
    this.#child = spawn(process.execPath, [FOLLOWER, DIST, directory, file], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exited = once(this.#child, 'exit')
    let rest = ''
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      this.told.push(...lines.map(Number))
    })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
  }

  /** Resolves when it has told of so many steps. Rejects where it ends before. */
  async steps(count: number): Promise<void> {
    while (this.told.length < count) {
      if (this.#child.exitCode !== null) throw new Error(`the follower ended: ${this.errors}`)
      await Promise.race([once(this.#child.stdout!, 'data'), this.#exited])
    }
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}

test('a follower that is killed again and again beside a writer of another process goes on from what it stored, and its states are those of a fold from the beginning', async () => {
  const directory = join(root, '.clyra')
  const file = join(root, 'followed.mdb')
  const writer = startWriter({ directory, inFlight: 3, batch: 5 })
  const acknowledged = collectAcknowledged(writer)
  const resumed: number[] = []
  let told: number[] = []
  try {
    await once(writer.stdout!, 'data')
    for (let death = 0; death < DEATHS; death++) {
      const follower = new Follower(directory, file)
      try {
        await follower.steps(2 + 5 * death)
      } finally {
        await follower.kill()
      }
      expect(follower.errors).toBe('')
      // It was told in order, and of nothing that lies before what the one before it had not done with.
      expect(follower.told).toEqual(follower.told.toSorted((a, b) => a - b))
      resumed.push(follower.told[0]!)
      told = follower.told
    }
  } finally {
    writer.kill('SIGKILL')
    await acknowledged.ended
  }
  // Each went on: none began again at the beginning.
  expect(resumed).toEqual(resumed.toSorted((a, b) => a - b))
  expect(new Set(resumed).size).toBe(DEATHS)

  const store = LmdbProjectionStore.open(file)
  const ledger = await openEmbeddedLedgerReader({ directory })
  try {
    const { through } = await store.checkpoint(lanes.name, lanes.version)
    // What was told is stored, but for the step that was at work.
    expect(through).toBeGreaterThanOrEqual(told.at(-2)! + 1)
    expect(through).toBeLessThanOrEqual(told.at(-1)! + 1)
    expect(await stored(store)).toEqual(await folded(ledger, through - 1))

    const stop = new AbortController()
    for await (const { caughtUp } of follow(ledger, lanes, { store, signal: stop.signal })) if (caughtUp) stop.abort()
    expect(Number(await ledger.size())).toBeGreaterThan(acknowledged.all.at(-1)!.position)
    expect(await stored(store)).toEqual(await folded(ledger))
  } finally {
    await ledger.close()
    await store.close()
  }
  await verifyLedger(directory)
})

/** The digests of what the follower stored. */
async function stored(store: LmdbProjectionStore) {
  const found = new Map<string, string | undefined>()
  for (const one of await store.partitions(lanes.name, lanes.version, undefined, 100))
    found.set(one, (await store.load(lanes.name, lanes.version, one))?.digest)
  return found
}

/** The digests of a fold from the beginning. */
async function folded(ledger: ProjectedLedger, to?: number) {
  const { states } = await foldLedger(ledger, lanes, to === undefined ? {} : { to })
  return new Map([...states].sort().map(([partition, { digest }]) => [partition, digest]))
}
