import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discard, type Ended, ended, environment, PROGRAM, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from './report.js'
import { damagedInstallation } from './wrapper-installation.js'
import { RAW } from './wrapper-runs.js'

interface Surroundings {
  readonly program: string
  /** A line for a shell in which "$@" is the command. */
  readonly shell: string
}

interface CommandFault {
  readonly fault: string
  readonly code: string
  readonly commands: readonly string[]
  arrange(folder: string): Surroundings
}

function broken(
  name: string,
  damage: Parameters<typeof damagedInstallation>[1],
  commands: readonly string[],
): CommandFault {
  // One for all of its commands: none of them writes there.
  let installation: string | undefined
  return {
    fault: `package ${name} ${damage}`,
    code: 'INSTALLATION_BROKEN',
    commands,
    arrange() {
      if (installation === undefined) {
        installation = damagedInstallation(name, damage)
        folders.push(installation)
      }
      return { program: join(installation, 'dist', 'program', 'clyra.js'), shell: 'exec "$@"' }
    },
  }
}

const FAULTS: readonly CommandFault[] = [
  broken('lmdb', 'missing', ['runs', 'log tail', 'fsck', 'init ..']),
  broken('lmdb', 'without its native part', ['runs', 'bundle --last']),
  broken('@node-rs/crc32', 'without its native part', ['runs', 'fsck']),
  broken('fs-native-extensions', 'without its native part', ['spool flush', 'keys rotate']),
  broken('commander', 'missing', ['version', '--help', 'runs --json']),
  broken('zod', 'cut off', ['config', 'doctor', 'version']),
  broken('yaml', 'missing', ['config', 'runs']),
  broken('@clyra/verify', 'missing', ['verify some.def.zip']),
  {
    fault: 'the working directory is deleted',
    code: 'IO_FAILED',
    commands: ['runs', 'init', 'verify x', 'doctor', 'bundle --last', 'ingest dbt target', 'log tail --json'],
    arrange(folder) {
      const gone = join(folder, 'gone')
      mkdirSync(gone)
      return { program: PROGRAM, shell: `cd ${gone} && rmdir ${gone} && exec "$@"` }
    },
  },
  {
    fault: '64 file descriptors',
    code: 'IO_FAILED|INSTALLATION_BROKEN',
    commands: ['runs', 'fsck', 'doctor', 'verify x'],
    arrange: () => ({ program: PROGRAM, shell: 'ulimit -n 64; exec "$@"' }),
  },
]

const folders: string[] = []
let folder: string
beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true })
})

function run({ program, shell }: Surroundings, command: string): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', shell, 'sh', process.execPath, program, ...command.split(' ')], {
    cwd: join(folder, 'project'),
    env: environment(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child)
}

const held = new Map<CommandFault, number>()

describe.each(FAULTS)('with the fault: $fault', (fault) => {
  it.each(fault.commands)('`clyra %s` ends with 3 and says why in one line with a code', async (command) => {
    const { status, stderr } = await run(fault.arrange(folder), command)
    expect(stderr).not.toMatch(RAW)
    // Enough descriptors for one command are too few for another: one that did its work has answered too.
    if (status !== 0 || fault.fault !== '64 file descriptors') {
      expect(stderr).toMatch(new RegExp(`^clyra: .*\\((${fault.code})\\)$`, 'm'))
      expect(status).toBe(3)
    }
    held.set(fault, (held.get(fault) ?? 0) + 1)
  })
})

afterAll(() => {
  reportFaults(
    'commands',
    FAULTS.map(
      (fault): FaultRow => ({
        fault: fault.fault,
        where: fault.commands.map((command) => `clyra ${command}`).join(', '),
        cases: fault.commands.length,
        survived: held.get(fault) ?? 0,
        rule: 'exit status 3, one line with a code, no stack; no mutation: the line is compared',
        mutation: '',
      }),
    ),
  )
})
