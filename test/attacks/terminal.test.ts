import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clyra, discard, type Ended, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'
import { tryProgram } from './hostile-files.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-terminal', rows))

/** Clears the screen, sets a title, writes backwards, goes back in the line, and hides: each in another way. */
const HOSTILE = 'x\x1b[2J\x1b]0;t\x07\x9b31m\u202eexe\u2066\rOK\x7f\u2028\u2029\u200b\ufeff\u{e0041}y'
/** The same where a line feed may stand too. */
const HOSTILE_LINES = `${HOSTILE}\nclyra: all is well`
/** Everything that steers a terminal or is not seen, but tab and line feed. */
const STEERS = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

let folder: string
const at = (name: string) => join(folder, 'project', name)

beforeAll(() => {
  folder = sandbox()
  leaveRun(folder, 'failing')
  poison('target/run_results.json', /"(message|thread_id|name)": "/g)
  poison('target/manifest.json', /"(description|path|original_file_path)": "/g)
  poison('logs/dbt.log', /"(msg|thread|thread_name|node_path)": "/g)
  expect(clyra(folder, ['init']).status).toBe(0)
})
afterAll(() => discard(folder))

/** Hostile text at the beginning of values of those names. */
function poison(file: string, names: RegExp): void {
  const text = readFileSync(at(file), 'utf8')
  const hostile = JSON.stringify(HOSTILE_LINES).slice(1, -1)
  const poisoned = text.replace(names, (found) => `${found}${hostile}`)
  expect(poisoned).not.toBe(text)
  writeFileSync(at(file), poisoned)
}

function assertHarmless(command: readonly string[], { stdout, stderr, status, signal }: Ended): void {
  const raw = [stdout, stderr].map((text) => STEERS.exec(text)?.[0].codePointAt(0)?.toString(16))
  expect([command, raw, signal]).toEqual([command, [undefined, undefined], null])
  expect([command, status]).toEqual([command, expect.toBeOneOf([0, 1, 2, 3])])
}

/** One document, or one a line; undefined where it is neither. */
function documentsIn(text: string): unknown[] | undefined {
  for (const parts of [[text], text.split('\n')]) {
    try {
      return parts.filter((part) => part.trim() !== '').map((part): unknown => JSON.parse(part))
    } catch {
      // Not divided like this.
    }
  }
  return undefined
}

type Line = readonly ['clyra' | 'clyra-verify', ...string[]]

/** Tries each command as text, in a process, and, where it has it, as JSON, which must stay JSON. */
async function tryAll(commands: readonly Line[], shown: boolean): Promise<number> {
  for (const command of commands) {
    const text = tryProgram(folder, command)
    assertHarmless(command, text)
    // What is hostile is shown, not dropped.
    if (shown) expect([command, `${text.stdout}${text.stderr}`]).toEqual([command, expect.stringContaining('\\u001b')])
    const [program, ...args] = command
    const json =
      program === 'clyra' ? await clyraHere(folder, [...args, '--json']) : tryProgram(folder, [...command, '--json'])
    assertHarmless([...command, '--json'], json)
    expect([command, documentsIn(json.stdout)]).toEqual([command, expect.any(Array)])
  }
  return commands.length * 2
}

it('what dbt left is recorded and shown without being obeyed', { timeout: 300_000 }, async () => {
  const cases = await tryAll(
    [
      ['clyra', 'ingest', 'dbt', 'target'],
      ['clyra', 'runs'],
      ['clyra', 'log', 'tail', '--lines', '500'],
      ['clyra', 'log', 'streams'],
      ['clyra', 'report', '--last', '-o', 'page.html', '--force'],
      ['clyra', 'report', '--last', '--open', '-o', 'open.html', '--force'],
      ['clyra', 'bundle', '--last', '--open', '--embed', '-o', 'run.def.zip', '--force'],
      ['clyra', 'verify', 'run.def.zip', '--own'],
      ['clyra', 'report', 'run.def.zip', '-o', 'again.html', '--force'],
      ['clyra', 'replay', '--bundle', 'run.def.zip'],
      ['clyra-verify', 'run.def.zip'],
      ['clyra', 'log', 'show', '5'],
      ['clyra', 'log', 'show', '5', '--raw'],
      ['clyra', 'doctor', '--offline'],
      ['clyra', 'fsck', '--all'],
    ],
    false,
  )
  rows.push({
    fault: 'control, bidirectional and invisible characters in what dbt left',
    where: 'ingest, runs, log, report, bundle, verify, replay, doctor, fsck, clyra-verify; text and --json',
    cases,
    survived: cases,
    rule: 'none of them reaches the terminal raw; --json stays JSON',
    mutation: 'write to process.stdout past the one writer',
  })
})

it('names from outside are shown without being obeyed', { timeout: 300_000 }, async () => {
  mkdirSync(at(HOSTILE))
  writeFileSync(at(`${HOSTILE}/garbage.def.zip`), 'garbage')
  writeFileSync(at('garbage.txt'), `${HOSTILE}\n`)
  const cases = await tryAll(
    [
      ['clyra', 'verify', HOSTILE_LINES],
      ['clyra', 'verify', `${HOSTILE}/garbage.def.zip`, '--trust', `${HOSTILE}/none`],
      ['clyra', 'report', `${HOSTILE}/garbage.def.zip`],
      ['clyra', 'report', '--last', '-o', `${HOSTILE}/page.html`, '--force'],
      ['clyra', 'bundle', '--last', '-o', `${HOSTILE}/run.def.zip`, '--force'],
      ['clyra', 'bundle', HOSTILE],
      ['clyra', 'prove', '0', '-o', `${HOSTILE}/proof`, '--force'],
      ['clyra', 'prove', HOSTILE],
      ['clyra', 'prove', '--stream', HOSTILE],
      ['clyra', 'log', 'show', HOSTILE_LINES],
      ['clyra', 'log', 'tail', '--type', HOSTILE],
      ['clyra', 'replay', '--expect', `${HOSTILE}/none`],
      ['clyra', 'replay', '--from', HOSTILE],
      ['clyra', 'ingest', 'dbt', HOSTILE],
      ['clyra', 'artifacts', 'export', HOSTILE, 'kept'],
      ['clyra', 'backup', HOSTILE],
      ['clyra', 'runs', '--ledger', `${HOSTILE}/none`],
      ['clyra', 'trust', 'add', HOSTILE],
      ['clyra', 'trust', 'list', '--trust', 'garbage.txt'],
      ['clyra', HOSTILE],
      ['clyra', 'runs', `--${HOSTILE}`],
      ['clyra', 'config', '--trust', HOSTILE],
      ['clyra-verify', HOSTILE_LINES],
      ['clyra-verify', `${HOSTILE}/garbage.def.zip`],
      ['clyra-verify', 'run.def.zip', `--${HOSTILE}`],
      ['clyra-verify', 'run.def.zip', '--key', HOSTILE],
      ['clyra-verify', 'run.def.zip', '--trust', `${HOSTILE}/none`],
      ['clyra-verify', 'run.def.zip', '--run', HOSTILE],
    ].map(([program, ...args]) => [program === 'clyra' ? 'clyra' : 'clyra-verify', ...args]),
    false,
  )
  // Where the name is certain to be said, it is shown.
  await tryAll(
    [
      ['clyra', 'verify', `${HOSTILE}none`],
      ['clyra-verify', `${HOSTILE}none`],
    ],
    true,
  )
  rows.push({
    fault: 'the same characters in paths, arguments, options, streams, keys',
    where: 'every command that takes a name, clyra-verify; text and --json',
    cases,
    survived: cases,
    rule: 'shown escaped, so that a person sees that they are there',
    mutation: 'put the argument into the message and write that as it is',
  })
})

it('names in the settings are shown without being obeyed', { timeout: 120_000 }, async () => {
  const quoted = JSON.stringify(HOSTILE)
  const files = [
    `${quoted}: 1\n`,
    `policy: ${quoted}\n`,
    `connectors:\n  dbt:\n    ${quoted}: 1\n`,
    `origin: ${quoted}\n`,
    `a: [\n${HOSTILE}`,
  ]
  for (const text of files) {
    writeFileSync(at('clyra.yaml'), text)
    await tryAll(
      [
        ['clyra', 'config'],
        ['clyra', 'runs'],
        ['clyra', 'doctor', '--offline'],
      ],
      false,
    )
  }
  rmSync(at('clyra.yaml'))
  rows.push({
    fault: 'the same characters in names and values of clyra.yaml',
    where: 'config, runs, doctor; text and --json',
    cases: files.length * 6,
    survived: files.length * 6,
    rule: 'shown escaped',
    mutation: 'quote the name in the message and write that as it is',
  })
})
