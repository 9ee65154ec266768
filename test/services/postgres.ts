import { type ChildProcess, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  accessSync,
  appendFileSync,
  chownSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.js'
import { type PostgresMajor, postgresNative } from './layout.mjs'
import { removeFolder } from './remove-folder.js'
import { readServerLog, type ServerLogEntry } from './server-log.js'
import { type StartedProgram, startProgram } from './start-program.js'
import { unprivilegedUser } from './unprivileged-user.js'

export interface PostgresOptions {
  readonly major: PostgresMajor
  /** Log every statement as JSON (needs 15 or newer); then `serverLog()` reads it. Default false. */
  readonly logStatements?: boolean
  /** A running primary of the same major: this server becomes its streaming replica. */
  readonly replicaOf?: RunningPostgres
  /** Default true. */
  readonly trackCommitTimestamp?: boolean
  /** Default: a free one. A given port lets a server take the place of another. */
  readonly port?: number
  /** Further lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface RunningPostgres {
  readonly major: PostgresMajor
  readonly port: number
  /** `postgres://postgres@127.0.0.1:<port>/postgres`: superuser, no password, loopback only. */
  readonly url: string
  /** The same with another user (trust: any password) or database. */
  urlFor(part: { user?: string; database?: string }): string
  readonly dataDirectory: string
  /** Everything in the log file now, in order; the log collector may still have lines in its hands. */
  serverLog(): ServerLogEntry[]
  /** Everything logged up to this call, without the session that it opens to know. */
  settledLog(): Promise<ServerLogEntry[]>
  /** Runs statements as superuser in a session of their own; gives the rows of the last. */
  query(sql: string): Promise<Record<string, unknown>[]>
  /** Immediate stop of all its processes, as a crash is; the data stay, `restart()` recovers. */
  crash(): Promise<void>
  restart(): Promise<void>
  /** Sends a signal to every process of the server (`SIGSTOP`: it listens, and answers nothing). */
  signal(name: NodeJS.Signals): void
  /** Stops and removes the data. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const HOST = '127.0.0.1'
const START_LIMIT_MS = 120_000
/** How often another port is drawn where a test drew the same at the same moment. */
const PORT_ATTEMPTS = 5

/**
 * Starts a real PostgreSQL on loopback, with data in a folder of its own under the system's temporary folder, and
 * resolves when it accepts connections. Not durable (`fsync=off`): a test server. As root it runs as another user,
 * which PostgreSQL demands. Needs `node test/services/install.mjs`.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  if (options.logStatements === true && options.major < 15) throw new Error('PostgreSQL has a JSON log from 15 on')
  const user = unprivilegedUser()
  const home = mkdtempSync(join(tmpdir(), `clyra-pg${options.major}-`))
  if (user !== undefined) chownSync(home, user.uid, user.gid)
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid }
  const native = readableNative(options.major, user !== undefined)
  const data = join(home, 'data')
  const jsonLog = join(home, 'log', 'server.json')

  if (options.replicaOf === undefined) {
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
    const made = spawnSync(join(native, 'bin', 'initdb'), args, { ...as, cwd: home, encoding: 'utf8' })
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`)
  } else await copyPrimary(options.replicaOf, data)

  let port = options.port ?? (await freePort())
  const url = (part: { user?: string; database?: string } = {}) =>
    `postgres://${part.user ?? 'postgres'}@${HOST}:${port}/${part.database ?? 'postgres'}`
  writeSettings(data, options, port)
  if (user !== undefined) spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, home])

  let server: StartedProgram | undefined
  // A test process that ends without stop() leaves no data; its processes end with it.
  const removeWithTest = () => rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  const start = async () => {
    const output = openSync(join(home, 'output.txt'), 'w', 0o644)
    server = startProgram(join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port)], {
      ...as,
      cwd: home,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    await ready(server.child, data, home)
  }
  /** The postmaster ends its children; one that does not is ended here, so that nothing writes any more. */
  const end = async (signal: NodeJS.Signals) => {
    const running = server
    if (running === undefined) return
    const { child } = running
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await exited
    }
    await running.end()
  }
  process.once('exit', removeWithTest)
  const stop = async () => {
    await end('SIGINT') // "fast" shutdown
    process.off('exit', removeWithTest)
    await removeFolder(home)
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start()
      break
    } catch (error) {
      await end('SIGQUIT')
      const taken = options.port === undefined && /address already in use/i.test(String(error))
      if (taken && attempt < PORT_ATTEMPTS) {
        port = await freePort()
        continue
      }
      process.off('exit', removeWithTest)
      await removeFolder(home)
      throw error
    }
  }
  return {
    major: options.major,
    port,
    url: url(),
    urlFor: url,
    dataDirectory: data,
    serverLog: () => readServerLog(jsonLog),
    settledLog: () => settled({ url: url(), log: () => readServerLog(jsonLog) }),
    query: (sql) => queryOnce(url(), sql),
    crash: () => end('SIGQUIT'),
    restart: start,
    signal: (name) => server?.signalAll(name),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** The server's programs where the other user can read them: a checkout under a closed home folder is copied out. */
function readableNative(major: PostgresMajor, asOther: boolean): string {
  const native = postgresNative(major)
  const closed = (path: string): boolean =>
    (statSync(path).mode & 0o001) === 0 || (dirname(path) !== path && closed(dirname(path)))
  if (!asOther || !closed(native)) return native
  const copy = join(
    tmpdir(),
    `clyra-pg${major}-native-${createHash('sha256').update(native).digest('hex').slice(0, 12)}`,
  )
  if (!existsSync(copy)) {
    // Whole or not at all: another test file may want it at the same moment.
    const made = mkdtempSync(`${copy}-`)
    cpSync(native, join(made, 'native'), { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(join(made, 'native'), copy)
    } catch (error) {
      if (!existsSync(copy)) throw error
    }
    rmSync(made, { recursive: true, force: true })
  }
  accessSync(join(copy, 'bin', 'postgres'), constants.X_OK)
  return copy
}

/** An online low-level backup over SQL ("Making a Non-Exclusive Low-Level Backup"): no pg_basebackup is needed. */
async function copyPrimary(primary: RunningPostgres, data: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url })
  await client.connect()
  try {
    const modern = primary.major >= 15
    await client.query(
      modern ? "select pg_backup_start('replica', true)" : "select pg_start_backup('replica', true, false)",
    )
    const volatile = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'server.json'])
    cpSync(primary.dataDirectory, data, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !volatile.has(source.slice(source.lastIndexOf('/') + 1)),
    })
    const stopped = await client.query<{ labelfile: string }>(
      modern ? 'select labelfile from pg_backup_stop()' : 'select labelfile from pg_stop_backup(false)',
    )
    writeFileSync(join(data, 'backup_label'), stopped.rows[0]?.labelfile ?? '')
    writeFileSync(join(data, 'standby.signal'), '')
    for (const slot of readdirSync(join(data, 'pg_replslot')))
      rmSync(join(data, 'pg_replslot', slot), { recursive: true })
  } finally {
    await client.end()
  }
}

function writeSettings(data: string, options: PostgresOptions, port: number): void {
  mkdirSync(join(dirname(data), 'log'), { recursive: true })
  const settings: Record<string, string> = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    max_connections: '40',
    shared_buffers: '32MB',
    fsync: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    wal_level: 'logical',
    track_commit_timestamp: options.trackCommitTimestamp === false ? 'off' : 'on',
    ...(options.replicaOf === undefined
      ? {}
      : { primary_conninfo: `host=${HOST} port=${options.replicaOf.port} user=postgres`, hot_standby: 'on' }),
    ...(options.logStatements === true
      ? {
          logging_collector: 'on',
          log_destination: 'jsonlog',
          log_directory: join(dirname(data), 'log'),
          log_filename: 'server',
          log_rotation_size: '0',
          log_statement: 'all',
          log_min_messages: 'info',
          log_connections: 'on',
          log_disconnections: 'on',
        }
      : {}),
    ...options.settings,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  appendFileSync(join(data, 'postgresql.conf'), `\n${lines.join('\n')}\n`)
}

/** Line 8 of postmaster.pid says `ready` once connections are accepted (`miscadmin.h`, LOCK_FILE_LINE_PM_STATUS). */
async function ready(child: ChildProcess, data: string, home: string): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS
  const lockFile = join(data, 'postmaster.pid')
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break
    const lines = existsSync(lockFile) ? readFileSync(lockFile, 'utf8').split('\n') : []
    // The standby's "standby" state comes before it accepts sessions that need a consistent state; it then says ready.
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return
    await sleep(20)
  }
  throw new Error(`the server did not start: ${readFileSync(join(home, 'output.txt'), 'utf8').slice(-1500)}`)
}

/** The log collector writes a little later: a session of our own is waited for, and left out of what is given. */
async function settled(server: { url: string; log: () => ServerLogEntry[] }): Promise<ServerLogEntry[]> {
  const marker = `clyra-marker-${randomUUID()}`
  const client = new pg.Client({ connectionString: server.url, application_name: marker })
  await client.connect()
  await client.end()
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const entries = server.log()
    const session = entries.find((entry) => entry.message.endsWith(`application_name=${marker}`))?.session_id
    const ended = entries.some((entry) => entry.session_id === session && entry.message.startsWith('disconnection'))
    if (session !== undefined && ended) {
      const own = markers(entries)
      return entries.filter((entry) => !own.has(entry.session_id))
    }
    await sleep(20)
  }
  throw new Error('the server log did not settle in 10 seconds')
}

const markers = (entries: readonly ServerLogEntry[]) =>
  new Set(
    entries.filter((entry) => / application_name=clyra-marker-/.test(entry.message)).map((entry) => entry.session_id),
  )

async function queryOnce(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const result: unknown = await client.query(sql)
    const last: unknown = Array.isArray(result) ? result.at(-1) : result
    // `pg` gives one result for one statement and a list for several; both have `rows`.
    return (last as { rows: Record<string, unknown>[] }).rows
  } finally {
    await client.end()
  }
}
