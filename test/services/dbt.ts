import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { dbtHome, dbtProgram, rustHome, rustProgram } from './layout.mjs'
import type { RunningPostgres } from './postgres.js'
import { startProgram } from './start-program.js'

export interface DbtOptions {
  /** `python` (dbt Core 1.11, default) or `rust` (only where it was installed for recording). */
  readonly engine?: 'python' | 'rust'
  readonly projectDirectory: string
  readonly server: Pick<RunningPostgres, 'port'>
  /** `build --vars ...`: everything after the program's name but the log flags of `logFlags`. */
  readonly arguments: readonly string[]
  readonly targetPath: string
  readonly logPath: string
  /** Default true: the JSON debug log that Clyra reads, in `logPath`. */
  readonly jsonLog?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

export interface DbtResult {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment in which dbt finds the server of the example's profiles.yml and the program lies first on PATH. */
export const dbtEnvironment = (server: Pick<RunningPostgres, 'port'>): Record<string, string> => ({
  PATH: `${join(dbtHome, 'bin')}:${process.env['PATH'] ?? ''}`,
  HOME: process.env['HOME'] ?? '/',
  LANG: 'C.UTF-8',
  DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
  CLYRA_EXAMPLE_HOST: '127.0.0.1',
  CLYRA_EXAMPLE_PORT: String(server.port),
  CLYRA_EXAMPLE_USER: 'postgres',
  CLYRA_EXAMPLE_PASSWORD: 'trusted-by-the-test-server',
  CLYRA_EXAMPLE_DATABASE: 'postgres',
})

/** A running dbt with what it wrote so far, and its end. Node gives a child default signal dispositions, SIGINT too. */
export function startDbt(options: DbtOptions): {
  child: ChildProcess
  stdout: () => string
  ended: Promise<DbtResult>
} {
  const rust = options.engine === 'rust'
  const logFlags = rust
    ? ['--log-format', 'json', '--log-level', 'debug', '--otel-file-name', 'otel.jsonl']
    : ['--log-format-file', 'json', '--log-level-file', 'debug', '--log-file-max-bytes', '0']
  const paths = ['--project-dir', '.', '--profiles-dir', '.', '--target-path', options.targetPath]
  const args = [...options.arguments, ...paths, '--log-path', options.logPath]
  const [command, ...rest] = args
  if (command === undefined) throw new Error('dbt needs a command')
  const environment = {
    ...dbtEnvironment(options.server),
    ...(rust ? { HOME: join(rustHome, 'home'), DBT_ALLOW_EXPERIMENTAL_ADAPTERS: 'true' } : {}),
    ...options.environment,
  }
  const program = startProgram(
    rust ? rustProgram : dbtProgram,
    [command, ...(options.jsonLog === false ? [] : logFlags), ...rest],
    {
      cwd: options.projectDirectory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const { child } = program
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const closed = new Promise<DbtResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }))
  })
  // What a killed dbt leaves behind holds its output open and writes into the project.
  child.once('exit', () => program.end().catch(() => undefined))
  const ended = closed.then(async (result) => {
    await program.end()
    return result
  })
  return { child, stdout: () => stdout, ended }
}

/** Runs dbt to its end. */
export const runDbt = (options: DbtOptions): Promise<DbtResult> => startDbt(options).ended
