import { afterAll, describe, it } from 'vitest'
import { describeFaults, type SurvivedFault } from '../../src/stores/conformance/index.js'
import { embeddedFaults, memoryFaults } from './fault-fixtures.js'
import { type FaultRow, fullBounds, reportFaults } from './report.js'
import { sampleSeed } from './sampled.js'

/*
 * Each call on each port fails once, in each way (see `describeFaults`). That the suite notices what it is for is shown
 * by port-mutants.test.ts, with the mutations that are named here.
 */

const survived: (SurvivedFault & { readonly store: string })[] = []

/** Of each kind of call other ones are failed in each run, in every way; in full many of them. */
const turn = fullBounds ? 0 : sampleSeed()

const count = (store: string) => ({
  onSurvived: (fault: SurvivedFault) => {
    survived.push({ ...fault, store })
  },
})

describeFaults('memory', memoryFaults(), { describe, it }, { ...count('memory'), atMost: fullBounds ? 200 : 4, turn })
describeFaults(
  'embedded',
  embeddedFaults(),
  { describe, it },
  { ...count('embedded'), atMost: fullBounds ? 60 : 1, turn },
)

/** Which calls belong together, what holds after they have failed, and the mutant that breaks it. */
const ROWS: readonly (readonly [string, RegExp, string, string])[] = [
  [
    'append',
    /^store\.append$/,
    'nothing acknowledged is lost, a batch is there whole or not at all, a repetition gives one copy',
    'acknowledge what was not flushed; write a batch in two steps',
  ],
  [
    'seal: tiles, kept and signed checkpoint, publication, pruning',
    /^(tiles\.(write|publish|prune)|checkpoints\.(keep|compareAndSet))$/,
    'no size has two roots, what is published is signed, has its tiles and never goes back, the next attempt succeeds',
    'publish before the signature, or before the tiles; keep after signing; sign without compare-and-set',
  ],
  [
    'index',
    /^index\.apply$/,
    'the index is caught up before anything is decided by it',
    'take an index for caught up that is not',
  ],
  ['make a key', /^keys\.generate$/, 'no record names a key that is not durable', 'name a key before it is durable'],
  [
    'every call that only looks',
    /^(store\.(head|read)|index\.(?!apply)\w+|tiles\.read|checkpoints\.(latest|kept|keptSizes)|keys\.signer)$/,
    'the caller is told by name, and the second attempt succeeds',
    'show readers what is not acknowledged',
  ],
]

afterAll(() => {
  const rows: FaultRow[] = []
  for (const store of ['memory', 'embedded']) {
    for (const [where, steps, rule, mutation] of ROWS) {
      const cases = survived.filter((one) => one.store === store && steps.test(one.step)).length
      if (cases === 0) continue
      const fault = 'a port fails: not persisted, answer lost, partly persisted; the process goes on or ends'
      rows.push({ fault, where: `${store}: ${where}`, cases, survived: cases, rule, mutation })
    }
  }
  reportFaults('ports', rows)
})
