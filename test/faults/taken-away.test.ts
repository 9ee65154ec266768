import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createEmbeddedLedger, openEmbeddedLedger, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { until } from '../cli/clyra.js'
import { verifyLedger } from '../ledger/verify-ledger.js'
import { removeFolder } from '../services/index.js'
import { STORES } from './checker.js'
import { MUTATIONS, type Mutation, mutate } from './mutations.js'
import { Racer } from './racer.js'
import { type FaultRow, reportFaults } from './report.js'
import { events } from './stores-under-test.js'
import { MOUNTS, type Places, replaceByCopy, TAKEN, TAKINGS, type Taking } from './takings.js'

const rows: FaultRow[] = []

const mountable =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
if (!mountable) process.stderr.write('not run: a file system mounted over a ledger, because only root may mount\n')

async function inCase<T>(use: (places: Places) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'clyra-taken-'))
  const state = join(root, '.clyra')
  try {
    const created = await createEmbeddedLedger({ directory: state })
    await created.append('race-1', 'no-stream', events(3))
    await created.close()
    const log = join(state, 'log')
    const segment = join(log, readdirSync(log).find((name) => name.endsWith('.seg'))!)
    return await use({ root, state, log, segment })
  } finally {
    await removeFolder(root)
  }
}

/** The ids by the positions that were told. Throws where two were told one position. */
function toldBy(answers: readonly string[]): Map<number, string> {
  const told = new Map<number, string>()
  for (const answer of answers) {
    const [said, position, id] = answer.split(' ')
    if (said !== 'appended') continue
    assert.ok(!told.has(Number(position)), `position ${position} was told twice`)
    told.set(Number(position), id!)
  }
  return told
}

/** It opens, everything that anybody was told is there, and everything in it agrees. */
async function checkAfter(directory: string, answers: readonly string[]): Promise<void> {
  const ledger = await openEmbeddedLedger({ directory })
  try {
    const ids = new Map<number, string>()
    for await (const { position, event } of ledger.readAll()) ids.set(Number(position), event.id)
    for (const [position, id] of toldBy(answers)) assert.equal(ids.get(position), id, `position ${position} is lost`)
    await ledger.append('race-1', 'any', events(1))
  } finally {
    await ledger.close()
  }
  await verifyLedger(directory)
}

/** Two processes: the first writes, its ledger is taken away, the second opens and writes, the first goes on. */
async function takeAway({ take, second, first, after = ({ state }) => state }: Taking, stores: string): Promise<void> {
  await inCase(async (places) => {
    const answers: string[] = []
    const one = new Racer(stores, places.state)
    const two = new Racer(stores, places.state)
    const ask = async (racer: Racer, expected: RegExp) => {
      const answer = await racer.next()
      answers.push(answer)
      assert.match(answer, expected)
    }
    let directory = places.state
    try {
      await ask(one, /^open$/)
      await ask(one, /^appended /)
      take(places)
      try {
        await ask(two, second)
        for (let n = 0; n < 3; n++) {
          if (answers[2] === 'open') await ask(two, /^appended /)
          await ask(one, first)
        }
      } finally {
        await Promise.all([one.kill(), two.kill()])
        directory = after(places)
      }
      await checkAfter(directory, answers)
    } finally {
      await Promise.all([one.kill(), two.kill()])
    }
  })
}

const { pathsOfLock, lengthOfLog, lookAfterFlush, appending } = MUTATIONS

/** Goes through all of them, and reports a row for each. */
async function takeAllAway(takings: readonly Taking[], rule: string): Promise<void> {
  for (const taking of takings) {
    await takeAway(taking, STORES).catch((error: Error) => {
      throw new Error(`${taking.what}: ${error.message}`, { cause: error })
    })
    const mutation = taking.what.includes('written to') ? lengthOfLog.name : pathsOfLock.name
    rows.push({ fault: taking.what, where: 'append, open', cases: 1, survived: 1, rule, mutation })
  }
}

test('a writer whose ledger is taken away says so and acknowledges nothing more; everything acknowledged is there', async () => {
  await takeAllAway(
    TAKINGS,
    'the writer stops with LEDGER_TAKEN_AWAY, no position is acknowledged twice, every acknowledged event is there',
  )
})

test.runIf(mountable)('the same where file systems are mounted', async () => {
  await takeAllAway(MOUNTS, 'one writer at most acknowledges; every acknowledged event is there')
})

test('a segment that is cut off by somebody else is told, and never taken for the whole log', async () => {
  await inCase(async ({ state, segment }) => {
    const one = new Racer(STORES, state)
    try {
      await one.next()
      truncateSync(segment, 200)
      assert.match(await one.next(), TAKEN)
    } finally {
      await one.kill()
    }
    await expect(openEmbeddedLedger({ directory: state })).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
  })
  rows.push({
    fault: 'the newest segment cut off by somebody else',
    where: 'append, open',
    cases: 1,
    survived: 1,
    rule: 'the writer stops with LEDGER_TAKEN_AWAY; what a checkpoint vouches for is missing, and opening says LOG_CORRUPT',
    mutation: lengthOfLog.name,
  })
})

test.each([pathsOfLock, lengthOfLog])('a mutant fails: $name', async (mutation) => {
  const all = async (stores: string) => {
    for (const taking of TAKINGS) await takeAway(taking, stores)
  }
  await expect(mutate(mutation, all)).rejects.toThrow(/appended|told twice|lost|LOG_CORRUPT|TREE_DIVERGED/)
})

const strace = spawnSync('strace', ['-V']).error === undefined
if (!strace)
  process.stderr.write('not run: a lock taken away between look and write, because strace is not installed\n')

/**
 * The first writer has looked and is held up just before it writes; meanwhile its lock is removed, and a second one opens
 * and appends. Gives the process ids' answers, after what they left has been checked.
 */
async function lateWrite(stores: string): Promise<readonly string[]> {
  return inCase(async ({ root, state, log, segment }) => {
    const held = ['--trace=write', '-P', segment, '--inject=write:delay_enter=10s:when=2']
    const trace = join(root, 'trace')
    const one = new Racer(stores, state, ['strace', '-f', '-o', trace, ...held])
    const two = new Racer(stores, state)
    const answers: string[] = []
    try {
      answers.push(await one.next(), await one.next())
      let answered = false
      const late = one.next().finally(() => {
        answered = true
      })
      // A call is in the trace once it is entered: the second one is held up there. A mutation may write by another call.
      const isHeldUp = () => existsSync(trace) && readFileSync(trace, 'utf8').split('write(').length > 2
      await until(() => isHeldUp() || answered, 'the second write is held up')
      rmSync(join(log, 'lock'))
      answers.push(await two.next(), await two.next())
      const begun = answers.length
      answers.push(await late)
      // The late frame lies behind the second one's, which it has not written: it stops too.
      answers.push(await two.next())
      toldBy(answers)
      assert.match(answers[begun - 1]!, /^appended /)
      assert.match(answers[begun]!, TAKEN)
      assert.match(answers[begun + 1]!, TAKEN)
    } finally {
      await Promise.all([one.kill(), two.kill()])
    }
    await checkAfter(state, answers)
    return answers
  })
}

test.skipIf(!strace)(
  'a frame that is written too late is not acknowledged, and covers none of the next writer',
  async () => {
    await lateWrite(STORES)
    for (const mutation of [lookAfterFlush, appending] satisfies readonly Mutation[])
      await expect(mutate(mutation, lateWrite), mutation.name).rejects.toThrow(/told twice|TAKEN_AWAY|lost/)
    rows.push({
      fault: 'the lock taken away between the last look and the write, a second writer appends first',
      where: 'append',
      cases: 1,
      survived: 1,
      rule: 'the late frame is not acknowledged and covers nothing; both stop, it opens, every acknowledged event is there',
      mutation: `${lookAfterFlush.name}; ${appending.name}`,
    })
  },
)

test('several writers whose lock is removed again and again lose nothing that one of them was told', async () => {
  await inCase(async ({ state, log }) => {
    const answers: string[] = []
    let running = true
    const write = async () => {
      while (running) {
        const racer = new Racer(STORES, state)
        for (let answer = 'open'; running && /^(open|appended)/.test(answer); ) {
          answer = await racer.next()
          answers.push(answer)
        }
        await racer.kill()
      }
    }
    const writers = [write(), write(), write()]
    const until = performance.now() + 8000
    let taken = 0
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20 + ((taken * 37) % 90)))
      rmSync(join(log, 'lock'), { force: true })
      taken++
    }
    running = false
    await Promise.all(writers)
    expect(answers.filter((answer) => TAKEN.test(answer)).length).toBeGreaterThan(2)
    const unexpected = answers.filter((one) => !/^(open|appended|refused LEDGER_(TAKEN_AWAY|LOCKED))/.test(one))
    expect(unexpected).toEqual([])
    await checkAfter(state, answers)
    rows.push({
      fault: 'the lock removed at random moments while three processes want to write',
      where: 'open, append, seal',
      cases: taken,
      survived: taken,
      rule: 'no position is acknowledged twice, it opens, every acknowledged event is there',
      mutation: pathsOfLock.name,
    })
  })
})

test('a reader that follows says so when another ledger lies in its place', async () => {
  await inCase(async (places) => {
    const reader = await openEmbeddedLedgerReader({ directory: places.state })
    try {
      replaceByCopy(places, false)
      await expect(
        (async () => {
          for await (const _ of reader.readAll()) break
        })(),
      ).rejects.toMatchObject({ code: 'LEDGER_TAKEN_AWAY' })
    } finally {
      await reader.close()
    }
  })
})

afterAll(() => {
  if (rows.length > 0) reportFaults('taken-away', rows)
})
