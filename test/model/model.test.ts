import { describe, expect, it } from 'vitest'
import { fullBounds } from '../faults/report.js'
import { sampled } from '../faults/sampled.js'
import { requireService } from '../services/index.js'
import { INVARIANTS, type Invariant, MUTATIONS } from './mutations.js'
import { explore, exploreMutation } from './spin.js'

interface Bounds {
  readonly what: string
  readonly defines: readonly string[]
  /** Fewer states mean that something cannot happen any more. */
  readonly atLeast: number
}

const BOUNDS: readonly Bounds[] = [
  {
    what: 'a one-process store: two processes, two crashes, a failing call, a frame that rots',
    defines: ['CRASHES=2', 'FAULTS=1', 'DAMAGE=1'],
    atLeast: 1_000_000,
  },
  {
    what: 'a one-process store: its lock taken away twice, or put back, a crash',
    defines: ['CRASHES=1', 'FAULTS=0', 'HEADS=0', 'STEALS=2'],
    atLeast: 500_000,
  },
  {
    what: 'a store that many write: two writers, a crash, a heads record',
    defines: ['MANY', 'CRASHES=1', 'FAULTS=0'],
    atLeast: 2_000_000,
  },
  {
    what: 'a store that many write: two writers, a crash, a failing call',
    defines: ['MANY', 'CRASHES=1', 'FAULTS=1', 'HEADS=0'],
    atLeast: 300_000,
  },
]
const BY_COMMAND: readonly Bounds[] = [
  {
    what: 'a one-process store: two processes, two crashes, a failing call, two frames that rot',
    defines: ['CRASHES=2', 'FAULTS=1', 'DAMAGE=2'],
    atLeast: 1_000_000,
  },
  {
    what: 'a one-process store: its lock taken away twice, or put back, a crash, a failing call',
    defines: ['CRASHES=1', 'FAULTS=1', 'HEADS=0', 'STEALS=2'],
    atLeast: 5_000_000,
  },
  {
    what: 'a store that many write: two writers, a failing call, a heads record',
    defines: ['MANY', 'CRASHES=0', 'FAULTS=1'],
    atLeast: 3_000_000,
  },
]
const LIVE: readonly Bounds[] = [
  {
    what: 'a one-process store: a crash, a failing call, a heads record',
    defines: ['CRASHES=1', 'FAULTS=1', 'ONE_WRITER'],
    atLeast: 100_000,
  },
  { what: 'two processes and a lock, a crash', defines: ['CRASHES=1', 'FAULTS=0', 'HEADS=0'], atLeast: 4000 },
  {
    what: 'a store that many write: two writers',
    defines: ['MANY', 'CRASHES=0', 'FAULTS=0', 'HEADS=0'],
    atLeast: 10_000,
  },
]

const claim = 'everythingIsPublished'

/** That all of these hold. Quoted, for spin hands its macros to a shell. */
const hold = (...invariants: readonly Invariant[]) =>
  `'(${['true', ...invariants.map((one) => `HOLDS_${one}`)].join(' && ')})'`

// Well under two minutes in all on a quiet machine; a busy one may take its time.
describe
  .runIf(requireService('spin'))
  .concurrent('the model of sequencer, sealer and publication', { timeout: 900_000 }, () => {
    for (const { what, defines, atLeast } of fullBounds ? [...BOUNDS, ...BY_COMMAND] : sampled(BOUNDS, 2)) {
      it(`holds every invariant in every state of ${what}`, async () => {
        const found = await explore({ defines, memoryMb: 8000 })
        process.stderr.write(`model: ${found.states} states, depth ${found.depth}, of ${what}\n`)
        expect(found).toMatchObject({ errors: 0, violated: undefined, complete: true })
        expect(found.states).toBeGreaterThanOrEqual(atLeast)
      })
    }

    for (const { what, defines, atLeast } of LIVE) {
      it(`seals and publishes everything in the end, once faults stop: ${what}`, async () => {
        const found = await explore({ defines: [...defines, 'LIVENESS'], claim, short: atLeast < 100_000 })
        process.stderr.write(`model: ${found.states} states, depth ${found.depth}, in the end, of ${what}\n`)
        expect(found).toMatchObject({ errors: 0, violated: undefined, complete: true })
        expect(found.states).toBeGreaterThanOrEqual(atLeast)
      })
    }

    for (const { name, says, breaks, also = [], defines } of sampled(MUTATIONS, 2)) {
      it(`breaks ${breaks} where ${says}`, async () => {
        const assumed = [`DRAGGED_HOLDS=${hold(...also)}`, `BROKEN_HOLDS=${hold(breaks)}`]
        const found = await exploreMutation({ defines: [...defines, `MUTATE_${name}`, ...assumed], short: true })
        // The one that it breaks where those that it drags along are taken for granted.
        expect(found.breaks).toMatchObject({ errors: 1, violated: breaks })
        // Where that one is taken for granted too nothing else breaks.
        expect(found.beside).toMatchObject({ errors: 0, complete: true })
      })
    }

    it('never comes to an end where a sealer does not take over what it finds signed', async () => {
      const defines = ['CRASHES=0', 'FAULTS=1', 'HEADS=0', 'ONE_WRITER', 'LIVENESS', 'MUTATE_NEVER_TAKEN_OVER']
      expect(await explore({ defines, claim, short: true })).toMatchObject({ errors: 1, violated: 'cycle' })
    })

    it('says of a search that was cut short that it is not complete', async () => {
      const defines = ['CRASHES=1', 'FAULTS=0']
      expect(await explore({ defines, depth: 100, short: true })).toMatchObject({ errors: 0, complete: false })
    })

    it('has for every invariant a mutation that breaks it and nothing else', () => {
      for (const invariant of INVARIANTS) {
        const precise = MUTATIONS.filter(({ breaks, also = [] }) => breaks === invariant && also.length === 0)
        expect(precise.length, invariant).toBeGreaterThan(0)
      }
    })
  })
