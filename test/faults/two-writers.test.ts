import { strict as assert } from 'node:assert'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ReaderWatch } from '../../src/stores/conformance/faults/reader-watch.js'
import { createEmbeddedLedger, openEmbeddedLedger, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { verifyLedger } from '../ledger/verify-ledger.js'
import { removeFolder } from '../services/index.js'
import { STORES } from './checker.js'
import { mutate } from './mutations.js'
import { Racer } from './racer.js'
import { fullBounds, reportFaults } from './report.js'
import { events } from './stores-under-test.js'

const RACERS = fullBounds ? 12 : 4

/**
 * Processes want to write one ledger at the same moment: one of them does, the others are told who; a holder that is
 * stopped keeps it, one that is killed leaves it to the next. Gives how often one was refused or had to be.
 */
async function race(stores: string): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'clyra-race-'))
  const directory = join(root, '.clyra')
  const created = await createEmbeddedLedger({ directory })
  await created.append('race-1', 'no-stream', events(3))
  await created.close()
  const reader = await openEmbeddedLedgerReader({ directory })
  const watch = new ReaderWatch()
  let racers = Array.from({ length: RACERS }, () => new Racer(stores, directory))
  const all = [...racers]
  let refused = 0
  try {
    while (racers.length > 0) {
      const answers = await Promise.all(racers.map((racer) => racer.next()))
      const winners = racers.filter((_, i) => answers[i] === 'open')
      assert.equal(winners.length, 1, `${winners.length} of ${racers.length} opened it: ${answers}`)
      const [holder] = winners
      const others = racers.filter((racer) => racer !== holder)
      const told = `refused LEDGER_LOCKED ${holder!.child.pid}`
      // Who lost by a moment may look before the winner has left its name.
      const refusals = answers.filter((answer) => answer.startsWith('refused LEDGER_LOCKED '))
      assert.equal(refusals.length, others.length, String(answers))
      assert.match(await holder!.next(), /^appended /)
      holder!.child.kill('SIGSTOP')
      for (const other of others) assert.equal(await other.next(), told)
      await watch.look(reader)
      holder!.child.kill('SIGCONT')
      assert.match(await holder!.next(), /^appended /)
      refused += 2 * others.length
      await holder!.kill()
      racers = others
      await watch.look(reader)
    }
    const ledger = await openEmbeddedLedger({ directory })
    await watch.recheck(ledger)
    assert.equal((await ledger.streamHead('race-1'))?.revision, BigInt(2 + 2 * RACERS))
    await ledger.close()
    await verifyLedger(directory)
    return refused
  } finally {
    for (const racer of all) await racer.kill()
    await reader.close()
    await removeFolder(root)
  }
}

test('of several processes one writes, the others are told who; a killed one leaves the ledger to the next', async () => {
  const cases = await race(STORES)
  reportFaults('two-writers', [
    {
      fault: 'a second process wants to write; the first is at work, stopped or killed',
      where: 'open',
      cases,
      survived: cases,
      rule: 'one writes, the others are told its process; a kill sets the ledger free; a reader sees every record and none that goes',
      mutation: 'take no lock',
    },
  ])
})

test('a mutant that takes no lock fails', async () => {
  const mutation = {
    name: 'no lock is taken',
    file: 'stores/lock/directory-lock.js',
    changes: [
      ['while (!tryLock(file, path))', 'while (false)'],
      ['held.leadsThere() && (await lockCounts(held))', 'true'],
    ],
  } as const
  await expect(mutate(mutation, race)).rejects.toThrow(/of \d+ opened it/)
})
