import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { isClyraError } from '../../src/errors/index.js'
import { createLedger } from '../../src/ledger/index.js'
import { LayeredIndex } from '../../src/stores/index/index.js'
import { createMemoryLog, MemoryKeyRing, MemoryTileStore } from '../../src/stores/memory/index.js'
import { type FaultRow, fullBounds, reportFaults } from '../faults/report.js'
import { requireService } from '../services/index.js'
import { Lane } from './gates.js'
import { Checkpoints, GatedCheckpoints, GatedTiles, type Medium, openLog } from './medium.js'
import type { Alterations } from './process.js'
import { Divergence, Replay } from './replay.js'
import { type Step, traceOf } from './traces.js'

const TRACES = fullBounds ? 1000 : 40

interface Kind {
  readonly name: string
  readonly faults: string
  readonly defines: readonly string[]
  readonly inDirectory: boolean
}

const KINDS: readonly Kind[] = [
  {
    name: 'a one-process store in a directory',
    faults: 'kills, power losses, a failing call, a frame that rots',
    defines: ['CRASHES=2', 'FAULTS=1', 'DAMAGE=1'],
    inDirectory: true,
  },
  {
    name: 'a one-process store in a directory, when power is lost',
    faults: 'power losses, a failing call',
    defines: ['CRASHES=2', 'FAULTS=1', 'NO_KILL'],
    inDirectory: true,
  },
  {
    name: 'a one-process store in a directory, its lock taken away',
    faults: 'the file of the lock is removed while its holder writes, a second one opens',
    defines: ['CRASHES=0', 'FAULTS=0', 'STEALS=2'],
    inDirectory: true,
  },
  {
    name: 'a store that many write',
    faults: 'two writers, a kill, failing calls, lost answers',
    defines: ['MANY', 'CRASHES=1', 'FAULTS=2'],
    inDirectory: false,
  },
  {
    name: 'a store that many write, with late publication',
    faults: 'two writers, one of them slow to publish',
    defines: ['MANY', 'CRASHES=0', 'FAULTS=0', 'LATE'],
    inDirectory: false,
  },
]

/** A ledger at which every trace begins: genesis, key and heads record, all sealed. */
async function firstMedium(directory: string | undefined): Promise<Medium> {
  const medium: Medium = {
    checkpoints: new Checkpoints(),
    tiles: new MemoryTileStore(),
    keys: new MemoryKeyRing(),
    log: createMemoryLog(),
    directory,
    index: undefined,
  }
  const lane = new Lane()
  lane.free = true
  const ports = {
    store: (await openLog(medium, lane)).store,
    index: new LayeredIndex(),
    tiles: new GatedTiles(medium, lane),
    checkpoints: new GatedCheckpoints(medium, lane),
    keys: medium.keys,
  }
  const ledger = await createLedger(ports, { random: (bytes) => new Uint8Array(bytes).fill(7) })
  await ledger.close()
  return medium
}

/** The same object with some of its methods replaced. */
function changed<T extends object>(below: T, changes: Partial<T>): T {
  return new Proxy(below, {
    get: (target, key) => {
      const found: unknown = Reflect.get(key in changes ? changes : target, key)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
}

const MUTANTS: readonly { readonly what: string; readonly kind: number; readonly alterations: Alterations }[] = [
  {
    what: 'publishes before the signed state has moved on',
    kind: 0,
    alterations: {
      checkpoints: (below, tiles) =>
        changed(below, {
          compareAndSet: async (expected: Uint8Array | undefined, next: Uint8Array) => {
            await tiles.publish(next)
            await below.compareAndSet(expected, next)
          },
        }),
    },
  },
  {
    what: 'acknowledges before the flush',
    kind: 0,
    alterations: {
      store: (below) =>
        changed(below, {
          append: async (...args: Parameters<typeof below.append>) => {
            void below.append(...args).catch(() => undefined)
          },
        }),
    },
  },
  {
    what: 'publishes without comparing',
    kind: 4,
    alterations: {
      tiles: (below, { tiles }) => {
        tiles.publish = async (note) => {
          tiles.files.set('checkpoint', note)
        }
        return below
      },
    },
  },
  {
    what: 'does not find the id of a retry',
    kind: 0,
    alterations: {
      index: () =>
        Object.assign(new LayeredIndex(), { positionsOf: (ids: readonly string[]) => ids.map(() => undefined) }),
    },
  },
  {
    what: 'acknowledges what it appended although its lock was taken away',
    kind: 2,
    alterations: {
      store: (below) =>
        changed(below, {
          append: (...args: Parameters<typeof below.append>) =>
            below.append(...args).catch((error: unknown) => {
              if (!isClyraError(error, 'LEDGER_TAKEN_AWAY')) throw error
            }),
        }),
    },
  },
  {
    what: 'takes the store to be empty of others',
    kind: 3,
    alterations: {
      store: (below) =>
        changed(below, {
          append: async (...args: Parameters<typeof below.append>) => {
            const head = await below.head()
            await below.append(
              args[0].map((record, i) => ({ ...record, position: head + i })),
              head,
            )
          },
        }),
    },
  },
]

describe.runIf(requireService('spin'))('traces of the model, replayed against the code', () => {
  let home: string
  const media: Medium[] = []
  const traces: (readonly Step[])[][] = KINDS.map(() => [])
  const actions = new Set<string>()
  const replayed: FaultRow[] = []

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'clyra-replay-'))
    for (const { inDirectory } of KINDS)
      media.push(await firstMedium(inDirectory ? join(home, `first-${media.length}`) : undefined))
    for (const [kind, { defines }] of KINDS.entries()) {
      for (let seed = 1; seed <= TRACES; seed += 4) {
        const some = Array.from({ length: Math.min(4, TRACES - seed + 1) }, (_, i) => traceOf(seed + i, defines))
        traces[kind]!.push(...(await Promise.all(some)))
      }
    }
  })
  afterAll(async () => {
    await rm(home, { recursive: true, force: true })
    if (replayed.length > 0) reportFaults('model', replayed)
  })

  // The timers of the sealer and of heads records never fire: the model decides what happens next.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  for (const [kind, { name, faults, inDirectory }] of KINDS.entries()) {
    it(`${name} does what the model does, step by step`, async () => {
      const start = performance.now()
      let steps = 0
      for (const [n, trace] of traces[kind]!.entries()) {
        await Replay.run(trace, media[kind]!, home, { keepIndex: n % 2 === 0 }).catch((error: Error) => {
          throw new Error(`seed ${n + 1}: ${error.message}`)
        })
        for (const { action } of trace) actions.add(action)
        steps += trace.length
      }
      replayed.push({
        fault: `runs of a model: ${faults}`,
        where: name,
        cases: traces[kind]!.length,
        survived: traces[kind]!.length,
        rule: 'after every step the code is where the model is, whose invariants hold in every state',
        mutation: MUTANTS.filter((mutant) => inDirectory === KINDS[mutant.kind]!.inDirectory)
          .map(({ what }) => what)
          .join('; '),
      })
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      process.stderr.write(`replay: ${traces[kind]!.length} traces, ${steps} steps, ${seconds} s, of ${name}\n`)
    })
  }

  it('goes through every action of the model', () => {
    const all = ['append', 'append_fails', 'catch_up', 'catch_up_again', 'commit', 'damage', 'decide', 'flush']
    all.push('flush_fails', 'give_up', 'keep', 'keep_flush', 'kill', 'look', 'lose', 'look_signed', 'look_up', 'open')
    all.push('power_loss', 'publish', 'publish_flush', 'republish', 'seal', 'seal_fails', 'submit', 'survive', 'swap')
    all.push('swap_flush', 'tear', 'vanish', 'write', 'write_tiles')
    all.push('steal', 'write_refused', 'commit_refused', 'seal_refused')
    expect(all.filter((action) => !actions.has(action))).toEqual([])
  })

  for (const { what, kind, alterations } of MUTANTS) {
    it(`notices code that ${what}`, async () => {
      const replayAll = async () => {
        for (const trace of traces[kind]!) await Replay.run(trace, media[kind]!, home, { alterations })
      }
      await expect(replayAll()).rejects.toThrow(Divergence)
    })
  }
})
