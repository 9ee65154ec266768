import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunView } from '../../projections/run/index.js'
import { COMMANDS, type MatrixCommand } from './commands.js'
import type { Engine } from './engines.js'
import { falseWords, resultsOf, type Truth } from './judge.js'
import type { EngineRecorder } from './record-engine.js'
import { newestRun } from './seen-run.js'
import { openWorkplace, type Workplace } from './workplace.js'

/** What became of one command. JSON. */
export interface CommandResult {
  readonly command: string
  readonly exitCode: number | null
  /** Sentences (see `falseWords`); empty where the record tells the truth. */
  readonly falseWords: readonly string[]
  readonly view: RunView | undefined
}

interface RunOptions {
  /** Raw files of each command go to `<keep>/<command>/`; default: they are not kept. */
  readonly keep?: string | undefined
  readonly commands?: readonly MatrixCommand[] | undefined
  /** See `WorkplaceOptions`. */
  readonly preloaded?: boolean
  readonly recorder?: EngineRecorder | undefined
  readonly onResult?: (result: CommandResult) => void
}

/** Runs the commands that an engine has, one after another, in a database, a folder and a ledger of its own. */
export async function runEngine(engine: Engine, options: RunOptions = {}): Promise<CommandResult[]> {
  const place = await openWorkplace(engine, { keepLog: true, preloaded: options.preloaded })
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
    const ended = place.run(command)
    const newest = await newestRun(place.ledger)
    const seen = newest?.view.run === last ? undefined : newest
    const view = seen?.view
    last = newest?.view.run
    const runResults = join(place.project, 'target', 'run_results.json')
    const truth: Truth = {
      exitCode: ended.status,
      database: engine.database,
      relations: await relationsOf(place),
      results: view === undefined || !existsSync(runResults) ? [] : resultsOf(readFileSync(runResults, 'utf8'), view),
    }
    const result: CommandResult = {
      command: command.name,
      exitCode: ended.status,
      falseWords: falseWords(view, command, truth),
      view,
    }
    results.push(result)
    if (options.keep !== undefined)
      keepRaw(join(options.keep, command.name), place, result, `${ended.stdout}\n${ended.stderr}`)
    if (seen !== undefined) {
      const relations = truth.relations === undefined ? null : [...truth.relations]
      options.recorder?.add(place, { command: command.name, exitCode: ended.status, seen, relations })
    }
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
