import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { ended, RECORDED, startClyra } from '../cli/clyra.js'
import { holdLedger } from '../cli/hold-ledger.js'
import { type Arranged, KILL_RECORDER, type Place, type WrapperFault } from './wrapper-runs.js'

const fileFault = (
  fault: string,
  where: WrapperFault['where'],
  record: WrapperFault['record'],
  says: RegExp | null,
  arrange: WrapperFault['arrange'],
): WrapperFault => ({ fault, where, record, says, arrange })

const command = (program: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}
const once = (act: () => unknown) => {
  let done: { readonly result: unknown } | undefined
  return () => {
    done ??= { result: act() }
    return done.result
  }
}
const fifo = (path: string) => command('mkfifo', path)
const junk = (bytes: number) => Buffer.alloc(bytes, 'this is no database; ')

/** A wrapped run of the stand-in for dbt. */
const wrap = (folder: string, plan: object) =>
  ended(startClyra(folder, ['run', 'dbt', 'build'], { env: { FAKE_DBT: JSON.stringify(plan) } }))

/** A run that goes well, so that everything derived is there. */
async function runBefore({ folder }: Place): Promise<Arranged> {
  await wrap(folder, { recording: join(RECORDED, 'good') })
  return { runsBefore: 1 }
}

/** Puts something in a file's place, and the file back when the fault is over. */
function replaced(path: string, put: (path: string) => void): Arranged {
  const aside = `${path}.aside`
  renameSync(path, aside)
  put(path)
  return {
    mend() {
      if (!existsSync(aside)) return
      rmSync(path, { recursive: true, force: true })
      renameSync(aside, path)
    },
  }
}

const segmentOf = (state: string) => join(state, 'log', `${'0'.repeat(20)}.seg`)
const projections = ({ state }: Place) => join(state, 'projections.mdb')
const index = ({ state }: Place) => join(state, 'index', 'lmdb')
const vaultKey = ({ state }: Place) => join(state, 'vault', 'shape.key')

/** A file system of its own at a path, which must not exist or be empty; gone when the fault is over. */
function mounted(path: string, size: string): Arranged {
  mkdirSync(path, { recursive: true })
  command('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path)
  return { mend: () => void spawnSync('umount', ['-l', path]) }
}

/** A directory that nobody can write, not even root. */
function readOnly(path: string): Arranged {
  command('mount', '--bind', path, path)
  command('mount', '-o', 'remount,bind,ro', path)
  return { mend: () => void spawnSync('umount', ['-l', path]) }
}

const LEDGER: readonly WrapperFault[] = [
  fileFault('projections.mdb is junk', 'after dbt', 'ledger', null, async (place) => {
    const before = await runBefore(place)
    writeFileSync(projections(place), junk(65_536))
    return before
  }),
  ...[0.25, 0.5, 0.9].map((part) =>
    fileFault(`projections.mdb is cut to ${part * 100} percent`, 'after dbt', 'ledger', null, async (place) => {
      const before = await runBefore(place)
      truncateSync(projections(place), Math.floor(statSync(projections(place)).size * part))
      return before
    }),
  ),
  fileFault('the index is junk', 'after dbt', 'ledger', null, async (place) => {
    const before = await runBefore(place)
    for (const path of [index(place), join(index(place), 'data.mdb')])
      if (existsSync(path) && statSync(path).isFile()) writeFileSync(path, junk(65_536))
    return before
  }),
  fileFault('the index is cut in the middle', 'after dbt', 'ledger', null, async (place) => {
    const before = await runBefore(place)
    for (const path of [index(place), join(index(place), 'data.mdb')])
      if (existsSync(path) && statSync(path).isFile()) truncateSync(path, Math.floor(statSync(path).size / 2) + 77)
    return before
  }),
  fileFault(
    'the ledger is held by another process for ever',
    'after dbt',
    'spool',
    /\(LEDGER_LOCKED\)/,
    ({ state }) => {
      const held = holdLedger(state)
      return { mend: once(() => held.then((lock) => lock.release())) }
    },
  ),
  fileFault('a segment of the log is damaged', 'after dbt', 'spool', /\([A-Z]+_[A-Z]+\)/, (place) => {
    const segment = segmentOf(place.state)
    const whole = readFileSync(segment)
    const damaged = Buffer.from(whole)
    damaged.fill(0x5a, 200, 400)
    writeFileSync(segment, damaged)
    return { mend: () => writeFileSync(segment, whole) }
  }),
  fileFault('the ledger has a newer format', 'after dbt', 'spool', /\(FORMAT_TOO_NEW\)/, ({ state }) => {
    const path = segmentOf(state)
    const was = readFileSync(path)
    const newer = Buffer.from(was)
    newer.writeUInt32LE(99, 8)
    newer.writeUInt32LE(crc32c(newer.subarray(0, 60)), 60)
    writeFileSync(path, newer)
    return { mend: () => writeFileSync(path, was) }
  }),
  fileFault("the ledger's keys are gone", 'after dbt', 'spool', /\([A-Z]+_[A-Z]+\)/, ({ state }) =>
    replaced(join(state, 'keys'), () => undefined),
  ),
  fileFault('the vault is a file', 'throughout', 'spool', /\([A-Z]+_[A-Z]+\)/, async (place) => {
    const before = await runBefore(place)
    return { ...before, ...replaced(join(place.state, 'vault'), (path) => writeFileSync(path, 'no folder')) }
  }),
  fileFault(
    'a key of the vault is damaged',
    'before dbt',
    'ledger',
    /reading the vault failed.*\([A-Z_]+\)/,
    async (place) => {
      const before = await runBefore(place)
      return { ...before, ...replaced(vaultKey(place), (path) => writeFileSync(path, 'not a key')) }
    },
  ),
  fileFault('a key of the vault is a pipe', 'before dbt', 'ledger', /\([A-Z_]+\)/, async (place) => {
    const before = await runBefore(place)
    const waits = { CLYRA_PREPARE_WAIT: '5', CLYRA_DELIVERY_WAIT: '5' }
    return { ...before, ...replaced(vaultKey(place), fifo), env: waits }
  }),
]

const SPOOL: readonly WrapperFault[] = [
  fileFault('the state directory is read-only', 'throughout', 'spool', /\(READ_ONLY\)/, ({ state }) => readOnly(state)),
  fileFault(
    'the spool folder is a file',
    'throughout',
    'ledger',
    /cannot be spooled beside the ledger/,
    ({ state }) => {
      rmSync(join(state, 'spool'), { recursive: true, force: true })
      writeFileSync(join(state, 'spool'), '')
      return undefined
    },
  ),
  fileFault('neither spool can be written', 'throughout', 'lost', /\(READ_ONLY\)/, ({ state, home }) => {
    const [one, other] = [readOnly(state), readOnly(home)]
    return {
      mend() {
        one.mend?.()
        other.mend?.()
      },
    }
  }),
  fileFault('the disk of the spool is full', 'before dbt', 'ledger', /\(DISK_FULL\)/, ({ state }) => {
    const spool = join(state, 'spool')
    const disk = mounted(spool, '64k')
    spawnSync('dd', ['if=/dev/zero', `of=${join(spool, 'ballast')}`, 'bs=1024', 'count=64'])
    return disk
  }),
  fileFault('the disk of the spool is full', 'while dbt runs', 'spool', /\(DISK_FULL\)/, ({ state }) => {
    const spool = join(state, 'spool')
    const disk = mounted(spool, '8m')
    const ballast = join(spool, 'ballast')
    return {
      plan: { meanwhile: `dd if=/dev/zero of=${ballast} bs=4096 2>/dev/null || true` },
      // The disk is the spool: it stays, with space again.
      mend() {
        rmSync(ballast, { force: true })
        if (existsSync(join(state, '.mended'))) disk.mend?.()
        else writeFileSync(join(state, '.mended'), '')
      },
    }
  }),
  fileFault(
    'the state directory is deleted',
    'while dbt runs',
    'lost',
    /is gone \(IO_FAILED\)/,
    ({ state, folder }) => {
      const copy = join(folder, 'copy')
      return {
        plan: { meanwhile: `cp -a ${state} ${copy} && rm -rf ${copy}/spool/* && rm -rf ${state}` },
        mend() {
          if (existsSync(copy)) renameSync(copy, state)
        },
      }
    },
  ),
  fileFault(
    'the state directory is renamed',
    'while dbt runs',
    'lost',
    /is gone \(IO_FAILED\)/,
    ({ state, folder }) => {
      const moved = join(folder, 'moved')
      return {
        plan: { meanwhile: `mv ${state} ${moved}` },
        mend() {
          if (existsSync(moved)) {
            rmSync(join(moved, 'spool'), { recursive: true })
            rmSync(state, { recursive: true, force: true })
            renameSync(moved, state)
          }
        },
      }
    },
  ),
  fileFault('the spool is deleted', 'while dbt runs', 'lost', /is gone \(IO_FAILED\)/, ({ state }) => ({
    plan: { meanwhile: `rm -rf ${join(state, 'spool')}/*` },
  })),
  fileFault(
    "another run's spool is damaged",
    'after dbt',
    'ledger',
    /still waits: .*\(SPOOL_CORRUPT\)/,
    async ({ folder, state }) => {
      await wrap(folder, { meanwhile: KILL_RECORDER('KILL') })
      for (const run of readdirSync(join(state, 'spool')))
        writeFileSync(join(state, 'spool', run, 'events.ndjson'), 'no line of ours\n')
      return undefined
    },
  ),
]

const INPUTS: readonly WrapperFault[] = [
  fileFault('clyra.yaml is a pipe', 'before dbt', 'lost', /\([A-Z_]+\)/, ({ project }) => {
    rmSync(join(project, 'clyra.yaml'), { force: true })
    fifo(join(project, 'clyra.yaml'))
    return { mend: () => rmSync(join(project, 'clyra.yaml'), { force: true }) }
  }),
  ...(
    [
      // A device that everybody may write: as the settings of another it is not believed, nor the ledger beside it.
      ['endless', 'spool', (path: string) => symlinkSync('/dev/zero', path)],
      ['not YAML', 'lost', (path: string) => writeFileSync(path, 'a: [')],
      [
        'binary',
        'lost',
        (path: string) => writeFileSync(path, Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256))),
      ],
      ['full of settings that are none', 'lost', (path: string) => writeFileSync(path, 'nothing: 1\n')],
      ['a folder', 'lost', (path: string) => mkdirSync(path)],
    ] as const
  ).map(([what, record, put]) =>
    fileFault(`clyra.yaml is ${what}`, 'before dbt', record, /\([A-Z]+_[A-Z_]+\)/, ({ project }) => {
      const path = join(project, 'clyra.yaml')
      rmSync(path, { force: true })
      put(path)
      return { mend: () => rmSync(path, { recursive: true, force: true }) }
    }),
  ),
  fileFault('profiles.yml and dbt_project.yml are pipes', 'before dbt', 'ledger', null, ({ project }) => {
    for (const name of ['profiles.yml', 'dbt_project.yml']) fifo(join(project, name))
    return undefined
  }),
  fileFault('profiles.yml is endless', 'before dbt', 'ledger', null, ({ project }) => {
    writeFileSync(join(project, 'dbt_project.yml'), 'name: p\nprofile: p\n')
    symlinkSync('/dev/zero', join(project, 'profiles.yml'))
    return undefined
  }),
  fileFault('the policy file is a pipe', 'before dbt', 'ledger', /\([A-Z_]+\)/, ({ project }) => {
    fifo(join(project, 'policy'))
    return { env: { CLYRA_POLICY: join(project, 'policy') } }
  }),
  ...['manifest.json', 'run_results.json', 'catalog.json'].map((name) =>
    fileFault(`target/${name} is a pipe`, 'after dbt', 'ledger', null, ({ project }) => ({
      plan: { atEnd: `rm -f ${project}/target/${name}; mkfifo ${project}/target/${name}` },
    })),
  ),
  fileFault('target/run_results.json is endless', 'after dbt', 'ledger', null, ({ project }) => ({
    plan: { atEnd: `rm -f ${project}/target/run_results.json; ln -s /dev/zero ${project}/target/run_results.json` },
  })),
  fileFault(
    'logs/dbt.log is a pipe',
    'while dbt runs',
    'ledger',
    /\(NOT_A_REGULAR_FILE\)|\(IO_FAILED\)/,
    ({ project }) => {
      mkdirSync(join(project, 'logs'))
      fifo(join(project, 'logs', 'dbt.log'))
      return undefined
    },
  ),
  fileFault('logs is a file', 'while dbt runs', 'ledger', /readable log could not be written/, ({ project }) => {
    writeFileSync(join(project, 'logs'), '')
    return undefined
  }),
]

export const FILE_FAULTS: readonly WrapperFault[] = [...LEDGER, ...SPOOL, ...INPUTS]
