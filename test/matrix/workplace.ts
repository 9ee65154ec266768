import type { ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clyra, discard, type Ended, sandbox, startClyra } from '../cli/clyra.js'
import { type PreloadedDbt, preloadDbt, type RunningPostgres, startPostgres } from '../services/index.js'
import type { MatrixCommand } from './commands.js'
import type { Engine } from './engines.js'

/** The dbt project of the matrix, as it lies in the repository. */
export const matrixProject = fileURLToPath(new URL('project', import.meta.url))

/** What is to be run, and in what surroundings. */
export type DbtCommand = Pick<MatrixCommand, 'args' | 'environment' | 'target' | 'before'>

/** A folder with the project, a ledger and a database of its own, where the commands of one engine run one after another. */
export interface Workplace {
  readonly folder: string
  readonly project: string
  /** State directory of the ledger. */
  readonly ledger: string
  readonly server: RunningPostgres | undefined
  /** Where the log of the last dbt lies, as dbt wrote it. */
  readonly keptLog: string
  /** Runs `clyra run dbt <command>` to its end. */
  run(command: DbtCommand): Ended
  /** The same without waiting, as a program of its own unless its log is kept: signals reach dbt. */
  start(command: DbtCommand): ChildProcess
  /** Stops the server and removes the folder. */
  close(): Promise<void>
}

export interface WorkplaceOptions {
  /** dbt runs inside of a script that keeps its log; signals then reach the script. */
  readonly keepLog: boolean
  /** For 1.11 on Postgres: each command is a fork of one dbt that is loaded once. Default: a program of its own. */
  readonly preloaded?: boolean | undefined
}

/** Throws where the ledger cannot be made. The caller closes it. */
export async function openWorkplace(engine: Engine, options: WorkplaceOptions): Promise<Workplace> {
  const folder = sandbox()
  const project = join(folder, 'project')
  const keptLog = join(folder, 'kept-log')
  cpSync(matrixProject, project, { recursive: true })
  for (const part of engine.without) rmSync(join(project, part), { recursive: true })
  const server = engine.database === 'postgres' ? await startPostgres({ major: 18 }) : undefined
  const preloaded = options.preloaded === true ? await preloadDbt(folder) : undefined
  const shim = options.keepLog || preloaded !== undefined ? writeShim(folder, engine, keptLog, preloaded) : undefined
  const environment = (command?: DbtCommand, program?: string): Record<string, string> => ({
    CLYRA_DBT: program ?? engine.program,
    ...(program === undefined ? engine.environment : {}),
    HOME: join(folder, 'home'),
    LANG: 'C.UTF-8',
    DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    CLYRA_EXAMPLE_PORT: String(server?.port ?? 1),
    MATRIX_DUCKDB: join(folder, 'matrix.duckdb'),
    ...command?.environment,
  })
  const target = engine.database === 'postgres' ? 'pg' : 'duck'
  const argumentsOf = ({ args, target: other }: DbtCommand) => {
    const place = ['--profiles-dir', '.', '--target', other === undefined ? target : `${target}_${other}`]
    return ['run', 'dbt', ...args, ...place]
  }
  const init = clyra(folder, ['init', '--origin', 'matrix.example'], { env: environment() })
  if (init.status !== 0) throw new Error(`clyra init failed: ${init.stderr}`)
  return {
    folder,
    project,
    ledger: join(project, '.clyra'),
    server,
    keptLog,
    run(command) {
      command.before?.(project)
      rmSync(keptLog, { recursive: true, force: true })
      return clyra(folder, argumentsOf(command), { env: environment(command, shim) })
    },
    start: (command) =>
      startClyra(folder, argumentsOf(command), { env: environment(command, options.keepLog ? shim : undefined) }),
    async close() {
      await preloaded?.close()
      await server?.stop()
      await discard(folder)
    },
  }
}

/**
 * A program in dbt's place that runs dbt and keeps a copy of its log: the wrapper takes its own away once the run is
 * recorded. It sets what the engine needs and Clyra must not be given.
 */
function writeShim(folder: string, engine: Engine, keptLog: string, preloaded?: PreloadedDbt): string {
  const shim = join(folder, 'dbt')
  const variables = Object.entries(engine.environment).map(([name, value]) => `export ${name}='${value}'`)
  const program = (preloaded?.command ?? [engine.program]).map((word) => `'${word}'`).join(' ')
  const text = `#!/bin/sh
${variables.join('\n')}
${program} "$@"
code=$?
previous=
for one in "$@"; do
  [ "$previous" = --log-path ] && cp -R "$one" '${keptLog}'
  previous=$one
done
exit $code
`
  writeFileSync(shim, text)
  chmodSync(shim, 0o755)
  mkdirSync(join(folder, 'home'), { recursive: true })
  if (!existsSync(engine.program))
    throw new Error(`${engine.program} is not installed: node test/services/install.mjs --matrix`)
  return shim
}
