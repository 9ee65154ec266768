import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunView } from '../../projections/run/index.js'
import { COMMANDS, type MatrixCommand } from './commands.js'
import type { Engine } from './engines.js'
import { falseWords, type Truth } from './judge.js'
import { newestRun } from './seen-run.js'
import { openWorkplace, type Workplace } from './workplace.js'

/** What became of one command. JSON. */
export interface CommandResult {
  readonly command: string
  readonly exitCode: number | null
  readonly seconds: number
  /** Sentences (see `falseWords`); empty where the record tells the truth. */
  readonly falseWords: readonly string[]
  readonly view: RunView | undefined
}

export interface RunOptions {
  /** Raw files of each command go to `<keep>/<command>/`; default: they are not kept. */
  readonly keep?: string | undefined
  readonly commands?: readonly MatrixCommand[] | undefined
  readonly onResult?: (result: CommandResult) => void
  /** Sees the folder after each command, before the next changes it. */
  readonly after?: (command: MatrixCommand, place: Workplace, result: CommandResult) => void
}

/** Runs the commands that an engine has, one after another, in a database, a folder and a ledger of its own. */
export async function runEngine(engine: Engine, options: RunOptions = {}): Promise<CommandResult[]> {
  const place = await openWorkplace(engine)
  try {
    return await runCommands(engine, place, options)
  } finally {
    await place.close()
  }
}

async function runCommands(engine: Engine, place: Workplace, options: RunOptions): Promise<CommandResult[]> {
  const results: CommandResult[] = []
  let last: string | undefined
  for (const command of options.commands ?? COMMANDS) {
    if (command.needs?.(engine) === false) continue
    const start = performance.now()
    const ended = place.run(command)
    const newest = await newestRun(place.ledger)
    const view = newest?.run === last ? undefined : newest
    last = newest?.run
    const truth: Truth = {
      exitCode: ended.status,
      database: engine.database,
      relations: await relationsOf(place),
      results: resultsOf(place, view),
    }
    const result: CommandResult = {
      command: command.name,
      exitCode: ended.status,
      seconds: Math.round((performance.now() - start) / 100) / 10,
      falseWords: falseWords(view, command, truth),
      view,
    }
    results.push(result)
    if (options.keep !== undefined)
      keepRaw(join(options.keep, command.name), place, result, `${ended.stdout}\n${ended.stderr}`)
    options.after?.(command, place, result)
    options.onResult?.(result)
  }
  return results
}

async function relationsOf({ server }: Workplace): Promise<ReadonlySet<string> | undefined> {
  if (server === undefined) return undefined
  const rows = await server.query(
    `select lower(n.nspname || '.' || c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not like 'pg\\_%'`,
  )
  return new Set(rows.map(({ name }) => String(name)))
}

/** The rows of run_results.json, where the file is this run's. */
function resultsOf({ project }: Workplace, view: RunView | undefined): Truth['results'] {
  const path = join(project, 'target', 'run_results.json')
  if (!existsSync(path) || view === undefined) return []
  // dbt wrote it a moment ago; its schema names these members.
  const { metadata, results } = JSON.parse(readFileSync(path, 'utf8')) as {
    metadata: { invocation_id: string }
    results: Truth['results']
  }
  return view.invocations.some(({ invocation }) => invocation === metadata.invocation_id) ? results : []
}

const ARTIFACTS = ['manifest.json', 'run_results.json', 'sources.json', 'catalog.json', 'semantic_manifest.json']

function keepRaw(to: string, place: Workplace, result: CommandResult, output: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(join(to, 'target'), { recursive: true })
  if (existsSync(place.keptLog)) cpSync(place.keptLog, join(to, 'log'), { recursive: true })
  for (const name of ARTIFACTS) {
    const from = join(place.project, 'target', name)
    if (existsSync(from)) cpSync(from, join(to, 'target', name))
  }
  writeFileSync(join(to, 'output.txt'), output)
  writeFileSync(join(to, 'view.json'), `${JSON.stringify(result.view ?? null, null, 2)}\n`)
  const findings = { falseWords: result.falseWords, findings: result.view?.findings, gaps: result.view?.gaps }
  writeFileSync(join(to, 'findings.json'), `${JSON.stringify(findings, null, 2)}\n`)
}
