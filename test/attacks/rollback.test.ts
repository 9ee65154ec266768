import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { openLedger } from '../../src/index.js'
import { clyra, discard, type Ended, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-rollback', rows))

let folder: string
beforeEach(() => {
  folder = sandbox()
})
afterEach(() => discard(folder))

const at = (...path: string[]) => join(folder, 'project', ...path)
const run = (...args: string[]) => clyraHere(folder, args)
const well = async (...args: string[]): Promise<Ended> => {
  const ended = await run(...args)
  expect(`${args.join(' ')}: ${ended.status} ${ended.status === 0 ? '' : ended.stderr}`).toBe(`${args.join(' ')}: 0 `)
  return ended
}
const refused = async (code: string, ...args: string[]) => {
  const ended = await run(...args)
  expect(ended.stderr).toContain(`(${code})`)
  expect(ended.status).toBe(3)
  return ended
}
const survived = (fault: string, where: string, cases: number, rule: string, mutation: string) =>
  rows.push({ fault, where, cases, survived: cases, rule, mutation })

/** A ledger with one run, as it was before its last records: `clyra.yaml`, `.clyra` and `before`, a snapshot. */
async function ledgerWithPast(): Promise<void> {
  await well('init', '--origin', 'past.example')
  leaveRun(folder, 'good')
  await well('ingest', 'dbt', 'target')
  cpSync(at('.clyra'), at('before'), { recursive: true })
  await well('keys', 'rotate')
  await well('keys', 'rotate')
}

/** Records under the published checkpoint of a state directory or an exported tree. */
function sizeOf(tree: string): number {
  return Number(readFileSync(join(tree, 'checkpoint'), 'utf8').split('\n')[1])
}

function setBack(to = 'before'): void {
  rmSync(at('.clyra'), { recursive: true })
  cpSync(at(to), at('.clyra'), { recursive: true })
}

/** Every checkpoint that ever stood in a state directory: size and root, from its notes. */
function signedIn(state: string): Map<string, string> {
  const notes = readdirSync(join(state, 'checkpoints')).map((name) =>
    readFileSync(join(state, 'checkpoints', name), 'utf8'),
  )
  return new Map(notes.map((note) => [note.split('\n')[1] ?? '', note.split('\n')[2] ?? '']))
}

test('a snapshot that is put back is not written to, whatever command would; it can be read', async () => {
  await ledgerWithPast()
  const [past, signed] = [sizeOf(at('before', 'tiles')), sizeOf(at('.clyra', 'tiles'))]
  setBack()
  const commands = [
    ['keys', 'rotate'],
    ['spool', 'flush'],
    ['redact', '--last', '--yes'],
    ['ingest', 'dbt', 'target'],
  ]
  leaveRun(folder, 'failing')
  for (const command of commands) {
    if (command[0] === 'redact') command[1] = (await runs())[0]!
    const { stderr } = await refused('LEDGER_ROLLED_BACK', ...command)
    expect(stderr).toContain(`this log has ${past} records, but a checkpoint of ${signed} was signed`)
    expect(stderr).toContain('try: clyra adopt --help')
  }
  for (const reading of [['runs'], ['fsck', '--all'], ['keys'], ['log', 'tail']]) await well(...reading)
  expect((await run('adopt')).stderr).toContain(`${signed - past} records are lost for good`)
  survived(
    'a snapshot of the state directory put back over the ledger',
    'keys rotate, spool flush, redact, ingest dbt; runs, fsck, keys, log tail read on',
    commands.length,
    'LEDGER_ROLLED_BACK names both sizes; nothing is signed',
    'do not recall what is remembered; compare sizes with the published tree alone',
  )
})

test('dbt runs beside a ledger that was set back: its exit code is its own and the run waits in the spool', async () => {
  await ledgerWithPast()
  setBack()
  const ended = clyra(folder, ['run', 'dbt', 'build'])
  expect(ended.status).toBe(0)
  expect(ended.stderr).toContain('LEDGER_ROLLED_BACK')
  expect(readdirSync(at('.clyra', 'spool'))).toHaveLength(1)
  await well('adopt', '--yes')
  expect(existsSync(at('.clyra', 'spool')) ? readdirSync(at('.clyra', 'spool')) : []).toEqual([])
  expect(await runs()).toHaveLength(2)
  survived(
    'a run of dbt on a ledger that was set back',
    'run dbt',
    1,
    "dbt's exit code; the run waits in the spool and is appended after adopting",
    'open the ledger before dbt is started',
  )
})

test('a ledger that goes on after a loss gives out no position twice and signs no size twice', async () => {
  await ledgerWithPast()
  const newer = signedIn(at('.clyra'))
  const [past, signed] = [sizeOf(at('before', 'tiles')), sizeOf(at('.clyra', 'tiles'))]
  cpSync(at('.clyra'), at('newer'), { recursive: true })
  setBack()
  const adopted = (await clyraJsonHere(folder, ['adopt', '--yes'])) as Record<string, unknown>
  expect(adopted).toMatchObject({
    adopted: true,
    had: String(past),
    lost: String(signed - past),
    givenUp: [{ size: String(signed), reason: 'set-back' }],
  })
  await well('keys', 'rotate')
  await well('fsck', '--all')
  const after = signedIn(at('.clyra'))
  for (const [size, root] of after) if (newer.has(size)) expect(`${size} ${root}`).toBe(`${size} ${newer.get(size)}`)
  expect(Math.min(...[...after.keys()].map(Number).filter((size) => size > past))).toBeGreaterThan(signed)
  for (const position of [String(past), String(signed - 1)]) {
    expect((await well('log', 'show', position)).stdout).toContain('dev.clyra.ledger.lost.v1')
  }
  expect((await well('log', 'show', String(signed))).stdout).toContain('"reason": "set-back"')
  expect((await well('adopt')).stdout).toContain('nothing to adopt')
  await well('export', 'tiles', 'public')
  expect((await run('verify', 'public', '--own')).status).toBe(0)
  // Who holds the checkpoint that was given up is told.
  const held = join(folder, 'held')
  writeFileSync(held, readFileSync(join(at('newer'), 'tiles', 'checkpoint')))
  const verdict = await run('verify', 'public', '--own', '--checkpoint', held)
  expect(verdict.status).toBe(1)
  expect(verdict.stdout).toContain('DIVERGED')
  survived(
    'going on after signed records are lost',
    'adopt, then keys rotate, export tiles, verify',
    4,
    'each lost position has a word of its own, no size up to the remembered one is signed with another root, a holder of the lost checkpoint gets DIVERGED, the log verifies',
    'append after the restored end without filling the lost positions',
  )
})

test('a copy is not written to while its original is there; a ledger that was moved, renamed or mounted elsewhere is', async () => {
  await well('init', '--origin', 'moved.example')
  cpSync(at('.clyra'), at('copied'), { recursive: true })
  expect((await refused('LEDGER_IS_A_COPY', 'keys', 'rotate', '--ledger', 'copied')).stderr).toContain(at('.clyra'))
  await well('fsck', '--ledger', 'copied')
  // The same protection for a program that uses the library.
  const rememberIn = join(folder, 'home', '.local', 'state', 'clyra', 'ledgers')
  await expect(openLedger({ directory: at('copied'), rememberIn })).rejects.toMatchObject({ code: 'LEDGER_IS_A_COPY' })
  mkdirSync(join(folder, 'elsewhere'))
  renameSync(at('.clyra'), join(folder, 'elsewhere', '.clyra'))
  rmSync(at('copied'), { recursive: true })
  const elsewhere = ['--ledger', join(folder, 'elsewhere')]
  await well('keys', 'rotate', ...elsewhere)
  cpSync(join(folder, 'elsewhere', '.clyra'), at('.clyra'), { recursive: true })
  rmSync(join(folder, 'elsewhere'), { recursive: true })
  await well('keys', 'rotate')
  const homes = { none: '', relative: 'home', 'not there': '/proc/no/such', other: join(folder, 'project') }
  for (const [name, home] of Object.entries(homes)) {
    const ended = await clyraHere(folder, ['keys', 'rotate'], { env: { HOME: home } })
    expect(`${name}: ${ended.status}`).toBe(`${name}: 0`)
    const warnings = ended.stderr.match(/not remembered/g) ?? []
    expect(warnings).toHaveLength(name === 'not there' ? 1 : 0)
  }
  survived(
    'a copy beside the original, with the program and with the library',
    'keys rotate, openLedger; fsck reads on',
    2,
    'LEDGER_IS_A_COPY names the original',
    'compare the sizes and not the places',
  )
  survived(
    'a ledger that was renamed, copied to another place and removed at the old one, or used without a home, with another one, with one that cannot be written',
    'keys rotate',
    6,
    'no refusal: nothing contradicts; a memory that cannot be written is told once',
    'refuse each place that is not the remembered one',
  )
})

test('a backup is read and not written to before it is adopted, also where nothing is remembered', async () => {
  await ledgerWithPast()
  await well('backup', 'copy')
  const size = sizeOf(at('copy', 'tiles'))
  const nobody = { env: { HOME: '' } }
  const ended = await clyraHere(folder, ['keys', 'rotate', '--ledger', 'copy'], nobody)
  expect(ended.stderr).toContain('(LEDGER_IS_A_COPY)')
  expect((await well('fsck', '--ledger', 'copy')).stdout).toContain('this is a copy of the ledger')
  await well('runs', '--ledger', 'copy')
  expect((await clyraHere(folder, ['adopt', '--yes', '--ledger', 'copy'], nobody)).status).toBe(0)
  expect((await clyraHere(folder, ['keys', 'rotate', '--ledger', 'copy'], nobody)).status).toBe(0)
  expect((await well('log', 'show', String(size), '--ledger', 'copy')).stdout).toContain('"reason": "copy"')
  survived(
    'a backup that would go on beside its original',
    'keys rotate --ledger <backup>',
    2,
    'LEDGER_IS_A_COPY until adopted, by its own mark; the log says where it was',
    'leave the mark out of backups',
  )
})

test('a tree that was exported remembers too: neither it nor the ledger goes on in silence', async () => {
  await ledgerWithPast()
  await well('export', 'tiles', 'public')
  setBack()
  expect((await refused('LEDGER_ROLLED_BACK', 'export', 'tiles', 'public')).stderr).toContain('published in this tree')
  // The user's folder was set back as well: the tree is asked.
  const state = join(folder, 'home', '.local', 'state', 'clyra', 'ledgers')
  const [name] = readdirSync(state)
  const known = JSON.parse(readFileSync(join(state, name!), 'utf8'))
  const old = readFileSync(at('before', 'tiles', 'checkpoint'), 'utf8')
  writeFileSync(join(state, name!), JSON.stringify({ ...known, note: old }))
  expect((await refused('LEDGER_ROLLED_BACK', 'keys', 'rotate')).stderr).toContain(at('public', 'checkpoint'))
  await well('adopt', '--yes')
  await well('keys', 'rotate')
  await refused('LEDGER_ROLLED_BACK', 'export', 'tiles', 'public')
  await well('export', 'tiles', 'public-2')
  survived(
    'a ledger set back together with what is remembered of it, and an export over the newer tree',
    'keys rotate, export tiles',
    3,
    'the checkpoint of the exported tree is asked; an export never puts a shorter or another tree over it',
    'publish without looking at what is published',
  )
})

async function runs(): Promise<string[]> {
  // The shape of `clyra runs --json` is a schema of spec/cli.
  const { runs } = (await clyraJsonHere(folder, ['runs'])) as { runs: { run: string }[] }
  return runs.map(({ run }) => run)
}
