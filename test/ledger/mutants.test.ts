import { describe, expect, it } from 'vitest'
import {
  describeEventLog,
  describeLogStore,
  type LedgerFactory,
  type LogStoreFactory,
} from '../../src/stores/conformance/index.js'
import { memoryLedgers, memoryLogStores } from '../../src/stores/conformance/memory.test.support.js'
import { firstFailure } from './first-failure.js'
import { changed, LEDGER_MUTANTS } from './ledger-mutants.js'
import { STORE_MUTANTS } from './store-mutants.js'

/*
 * The suites are only worth something if they fail for a store or a ledger that breaks its contract. Each mutant here
 * breaks one sentence of it; the suite, run with a runner that collects failures, must notice.
 */

/** Where a mutant makes a case wait in vain for seconds, the cases wait side by side, after the others. */
const waits = (what: string) => /waits for the next|too late|drops a wake-up|not notice|first live record/.test(what)
const run = (what: string) => (waits(what) ? it.concurrent : it)
const waitingLast = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]) =>
  Number(waits(a[0])) - Number(waits(b[0]))

describe('the suite of log stores', () => {
  for (const [what, hint, Mutant] of STORE_MUTANTS.toSorted(waitingLast)) {
    run(what)(`fails for a store that ${what}`, async () => {
      const factory: LogStoreFactory = {
        async create() {
          const fixture = await memoryLogStores.create()
          return {
            ...fixture,
            slackMs: 1000,
            open: async () => new Mutant(await fixture.open()),
            openReader: async () => new Mutant(await fixture.openReader()),
          }
        },
      }
      expect(await firstFailure((tests) => describeLogStore('mutant', factory, tests), hint)).toContain(hint)
    })
  }

  it('fails for a store that forgets everything when it is closed', async () => {
    const factory: LogStoreFactory = {
      async create() {
        let fixture = await memoryLogStores.create()
        const open = async () => {
          const store = await fixture.open()
          const close = store.close.bind(store)
          return Object.assign(store, {
            close: async () => {
              await close()
              fixture = await memoryLogStores.create()
            },
          })
        }
        return { ...fixture, open, openReader: () => fixture.openReader() }
      },
    }
    const hint = 'when the log is opened again'
    expect(await firstFailure((tests) => describeLogStore('mutant', factory, tests), hint)).toContain(hint)
  })
})

describe('the suite of event logs', () => {
  for (const [what, hint, change, ofReaders] of LEDGER_MUTANTS.toSorted(waitingLast)) {
    run(what)(`fails for a ledger that ${what}`, async () => {
      const factory: LedgerFactory = {
        async create() {
          const fixture = await memoryLedgers().create()
          return {
            ...fixture,
            slackMs: 2000,
            createLedger: async (options) => changed(await fixture.createLedger(options), change),
            openLedger: async (options) => changed(await fixture.openLedger(options), change),
            openReader: async (options) => {
              const reader = await fixture.openReader(options)
              return ofReaders === undefined ? reader : changed(reader, ofReaders)
            },
          }
        },
      }
      expect(await firstFailure((tests) => describeEventLog('mutant', factory, tests), hint)).toContain(hint)
    })
  }
})

it('the suite of event logs fails for a reader that can write', async () => {
  const factory: LedgerFactory = {
    async create() {
      const fixture = await memoryLedgers().create()
      return { ...fixture, openReader: fixture.openLedger }
    },
  }
  const hint = 'a reader has nothing that writes'
  expect(await firstFailure((tests) => describeEventLog('mutant', factory, tests), hint)).toContain(hint)
})

describe('a ledger over a broken store', () => {
  // The ledger checks what it reads back, so that a store that lies is noticed by whoever reads.
  const what = 'loses the order of what it reads'
  it(`fails the suite of event logs where the store ${what}`, async () => {
    const Mutant = STORE_MUTANTS.find(([name]) => name === what)![2]
    const factory = memoryLedgers((store) => new Mutant(store))
    expect(
      await firstFailure((tests) => describeEventLog('mutant', factory, tests), 'then the live ones'),
    ).toBeDefined()
  })
})
