import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { discard, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-lost-parts', rows))

let folder: string
beforeEach(() => {
  folder = sandbox()
})
afterEach(() => discard(folder))

const at = (...path: string[]) => join(folder, 'project', ...path)
const run = async (line: string) => {
  const { status, stdout, stderr } = await clyraHere(folder, line.split(' '))
  return { status, said: stdout + stderr }
}
const expectRun = async (line: string, status: number, ...says: string[]) => {
  const ended = await run(line)
  expect(`${line}: ${ended.status} ${ended.status === status ? '' : ended.said}`).toBe(`${line}: ${status} `)
  for (const text of says) expect(ended.said).toContain(text)
}

test('a log that is gone is called lost, by every command, and nothing is begun in its place', async () => {
  await expectRun('init', 0)
  rmSync(at('.clyra', 'log'), { recursive: true })
  const commands = ['init', 'runs', 'keys rotate', 'fsck', 'backup copy', 'log tail']
  for (const command of commands) await expectRun(command, 3, '(LOG_LOST)', 'from a backup')
  rows.push({
    fault: 'the log deleted, keys and checkpoints left',
    where: commands.join(', '),
    cases: commands.length,
    survived: commands.length,
    rule: 'LOG_LOST says what is gone and what is there; no new ledger is begun over it',
    mutation: 'advise `clyra init` wherever there is no log',
  })
})

test('an empty state folder is none, and one with leftovers is named', async () => {
  mkdirSync(at('.clyra'))
  await expectRun('runs', 3, '(LEDGER_NOT_FOUND)', 'clyra init')
  await expectRun('init', 0)
  renameSync(at('.clyra'), at('kept'))
  mkdirSync(at('.clyra', 'spool'), { recursive: true })
  await expectRun('init', 2, '(LEDGER_EXISTS)', 'has no log, but spool', 'try: mv ')
})

test('a deleted evidence key is told when the ledger is opened, by fsck and doctor, and when a bundle is asked for', async () => {
  await expectRun('init', 0)
  leaveRun(folder, 'good')
  await expectRun('ingest dbt target', 0)
  const keys = readdirSync(at('.clyra', 'keys')).filter((name) => name.startsWith('evidence'))
  for (const name of keys) rmSync(at('.clyra', 'keys', name))
  await expectRun('spool flush', 0, 'no bundle can be signed')
  await expectRun('fsck', 0, 'no bundle can be signed')
  await expectRun('doctor --offline', 1, 'NO_EVIDENCE_KEY', 'clyra keys rotate')
  await expectRun('bundle --last', 3, '(NO_EVIDENCE_KEY)', 'try: clyra keys rotate')
  await expectRun('keys rotate', 0)
  await expectRun('bundle --last', 0)
  rows.push({
    fault: 'the evidence key deleted',
    where: 'opening, fsck, doctor, bundle',
    cases: 4,
    survived: 4,
    rule: 'named at once, with what to try: a backup, or keys rotate, after which bundles are signed again',
    mutation: 'look for the key only where it signs',
  })
})

test('whatever else of a state directory is deleted, what it says is right and nothing is signed twice', async () => {
  await expectRun('init', 0)
  await expectRun('keys rotate', 0)
  const parts = {
    'keys/ledger.key': async () => {
      await expectRun('keys rotate', 3, '(READ_ONLY)', "the ledger's private key is not in")
      await expectRun('fsck', 0, 'here it can only be read')
      await expectRun('doctor --offline', 0, 'it can only be read')
    },
    checkpoints: async () => {
      await expectRun('keys rotate', 3, '(TREE_DIVERGED)')
      await expectRun('fsck', 1, 'TREE_DIVERGED')
    },
    tiles: () => expectRun('keys rotate', 0, 'built again from the log'),
    index: () => expectRun('keys rotate', 0),
    'log/lock': () => expectRun('keys rotate', 0),
    'log/durable': () => expectRun('keys rotate', 0),
  }
  await expectRun('backup whole', 0)
  for (const [part, check] of Object.entries(parts)) {
    rmSync(at('.clyra'), { recursive: true })
    await expectRun('backup ../project/.clyra --ledger whole', 0)
    rmSync(join(folder, 'home'), { recursive: true })
    mkdirSync(join(folder, 'home'))
    await expectRun('adopt --yes', 0)
    rmSync(at('.clyra', part), { recursive: true })
    await check()
    if (!part.includes('key') && part !== 'checkpoints') await expectRun('fsck', 0)
  }
  rows.push({
    fault: `deleted: ${Object.keys(parts).join(', ')}`,
    where: 'keys rotate, fsck, doctor',
    cases: Object.keys(parts).length,
    survived: Object.keys(parts).length,
    rule: 'what is derived is made again; what is not is named, with a code or a note; fsck finds nothing afterwards',
    mutation: 'take a missing part for an empty one',
  })
})
