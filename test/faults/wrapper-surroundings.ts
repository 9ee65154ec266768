import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Arranged, Place, WrapperFault } from './wrapper-runs.js'

const around = (
  fault: string,
  record: WrapperFault['record'],
  says: RegExp | null,
  arrange: Arranged | ((place: Place) => Arranged),
): WrapperFault => ({
  fault,
  where: 'throughout',
  record,
  says,
  arrange: (place) => (typeof arrange === 'function' ? arrange(place) : arrange),
})

/** A PATH on which there is only node and one program that is given. */
function pathWith({ folder }: Place, name: string, script: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, name), script, { mode: 0o755 })
  writeFileSync(join(bin, 'node'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 })
  return bin
}

export const SURROUNDING_FAULTS: readonly WrapperFault[] = [
  around('HOME is not set', 'ledger', null, { env: { HOME: undefined } }),
  around('HOME is empty', 'ledger', null, { env: { HOME: '' } }),
  around('HOME is relative', 'ledger', null, { env: { HOME: 'somewhere' } }),
  around('TMPDIR is not there', 'ledger', null, { env: { TMPDIR: '/nowhere/at/all' } }),
  around('the working directory is deleted', 'lost', /working directory/, ({ folder }) => {
    const gone = join(folder, 'gone')
    mkdirSync(gone)
    return {
      shell: `cd ${gone} && rmdir ${gone} && exec "$@"`,
      env: { DBT_LOG_PATH: join(folder, 'logs') },
      plan: { recording: undefined },
    }
  }),
  around('64 file descriptors', 'lost', /\([A-Z_]+\)/, { shell: 'ulimit -n 64; exec "$@"' }),
  around('files of at most 8 KiB', 'spool', /\([A-Z_]+\)/, {
    shell: 'ulimit -f 16; exec "$@"',
    plan: { recording: undefined },
  }),
  around('a stack of warnings asked of Node', 'ledger', null, {
    env: { NODE_OPTIONS: '--trace-warnings --stack-trace-limit=1' },
  }),
  around('a debugger asked of Node', 'ledger', null, { env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } }),
  around('little memory for Node', 'ledger', null, { env: { NODE_OPTIONS: '--max-old-space-size=48' } }),
  around('stdout is closed', 'ledger', null, { shell: 'exec "$@" >&-', without: 'stdout' }),
  around('stdout is full', 'ledger', null, {
    shell: 'exec "$@" >/dev/full',
    options: ['--json'],
    plan: { stdout: '', farewell: '' },
    without: 'stdout',
  }),
  around('stderr is closed', 'ledger', null, { shell: 'exec "$@" 2>&-', without: 'stderr' }),
  around('nobody reads stderr', 'ledger', null, {
    shell: `exec bash -c 'exec "$@" 2> >(true)' bash "$@"`,
    plan: { silent: true },
    without: 'stderr',
  }),
  around('git is missing', 'ledger', null, (place) => ({ env: { PATH: pathWith(place, 'nothing', '') } })),
  around('git hangs', 'ledger', null, (place) => ({
    env: { PATH: pathWith(place, 'git', '#!/bin/sh\nexec /bin/sleep 600\n') },
  })),
  around('the warehouse hangs', 'ledger', null, () => {
    const server = createServer().listen(0, '127.0.0.1')
    return {
      // The address is known once it listens; what is asked before is refused at once.
      get env() {
        const address = server.address()
        const port = typeof address === 'object' && address !== null ? address.port : 1
        return {
          CLYRA_POSTGRES_URL: `postgresql://u@127.0.0.1:${port}/db`,
          CLYRA_POSTGRES_BEFORE_MS: '1500',
          CLYRA_POSTGRES_AFTER_MS: '1500',
        }
      },
      mend: () => void server.close(),
    }
  }),
  around('CLYRA_LEDGER names nothing', 'spool', /\(LEDGER_NOT_FOUND\)/, { env: { CLYRA_LEDGER: '/nowhere/at/all' } }),
  around('CLYRA_LOCK_WAIT is no number', 'spool', /\(CONFIG_INVALID\)/, { env: { CLYRA_LOCK_WAIT: 'long' } }),
  around('CLYRA_PREPARE_WAIT is no number', 'ledger', /CLYRA_PREPARE_WAIT .*\(CONFIG_INVALID\)/, {
    env: { CLYRA_PREPARE_WAIT: '-1' },
  }),
  around('CLYRA_POSTGRES_BEFORE_MS is no number', 'lost', /\(CONFIG_INVALID\)/, {
    env: { CLYRA_POSTGRES_BEFORE_MS: 'x' },
  }),
  around('dbt ends by SIGSEGV', 'ledger', null, { plan: { signal: 'SIGSEGV' }, status: 139 }),
  around('dbt ends by SIGKILL', 'ledger', null, { plan: { signal: 'SIGKILL' }, status: 137 }),
]
