import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cache, lookUp } from '../services/layout.mjs'
import { COMMANDS } from './commands.js'
import { columnOf, type EngineResults, keepResults, keptResults, stampOfMatrix } from './engine-results.js'
import { ENGINES, type Engine, engineOf } from './engines.js'
import { withMatrixTable } from './matrix-table.js'
import { EngineRecorder } from './record-engine.js'
import { packRecording, type Recording, unpackRecording, withCommandsOf } from './recording.js'
import { judgedRecording } from './replay-recording.js'
import { type CommandResult, runEngine } from './run-engine.js'

const USAGE = `node test/matrix/matrix.mjs [column ...] [--command <name>] [--out <folder>] [--no-write] [--recorded]

Runs every command on every engine and prints what is said that is not so. A column that was run with the same program
and the same project is not run again. With all columns done, writes the table of docs/dbt.md and test/matrix/recorded.
--command: only these, in an empty database; they take their places in the recording.
--recorded: runs nothing, reads the recordings with the readers of today and writes the table.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    out: { type: 'string', default: join(cache, 'matrix') },
    command: { type: 'string', multiple: true },
    write: { type: 'boolean', default: true },
    recorded: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const say = (line: string) => process.stderr.write(`${line}\n`)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// A database server ends with this process only where the process ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

if (values.help) process.stdout.write(USAGE)
else process.exitCode = await main(positionals.length === 0 ? ENGINES : positionals.map(engineOf))

/** 0: no false word; 1: there is one; 2: an engine is not installed. */
async function main(engines: readonly Engine[]): Promise<number> {
  const stamp = stampOfMatrix()
  const absent: string[] = []
  const columns: EngineResults[] = []
  for (const engine of engines) {
    const column = values.recorded ? recordedColumn(engine, stamp) : await runColumn(engine, stamp)
    if (column === undefined) absent.push(engine.name)
    else columns.push(column)
  }
  const runs = columns.flatMap((one) => one.commands)
  const untrue = runs.filter((one) => one.falseWords.length > 0).length
  say(`${columns.length} columns, ${runs.length} runs, ${untrue} with a false word`)
  if (values.write && values.command === undefined && columns.length > 0 && engines.length === ENGINES.length) {
    const page = here('../../docs/dbt.md')
    const notes = absent.map((name) => `${name} was not run.`)
    writeFileSync(page, withMatrixTable(readFileSync(page, 'utf8'), columns, notes))
  }
  return untrue > 0 ? 1 : absent.length > 0 ? 2 : 0
}

function recordedColumn(engine: Engine, stamp: string): EngineResults | undefined {
  const path = here(`recorded/${engine.name}.json.br`)
  if (!existsSync(path)) return undefined
  const recording = unpackRecording(readFileSync(path))
  const results = recording.commands.map((command) => judgedRecording(recording, command))
  for (const result of results) if (result.falseWords.length > 0) say(told(engine, result))
  return columnOf(engine.name, stamp, results)
}

async function runColumn(engine: Engine, stamp: string): Promise<EngineResults | undefined> {
  const { present, detail } = lookUp(engine.service)
  if (!present) {
    say(`${engine.name}: ${detail}`)
    return undefined
  }
  const kept = values.command === undefined ? keptResults(values.out, engine.name, stamp) : undefined
  if (kept !== undefined) {
    say(`${engine.name}: ${kept.commands.length} commands, as they were run before`)
    return kept
  }
  const keep = join(values.out, engine.name)
  mkdirSync(keep, { recursive: true })
  const recorder = new EngineRecorder(engine.name)
  const results = await runEngine(engine, {
    keep,
    recorder,
    commands: values.command === undefined ? undefined : COMMANDS.filter(({ name }) => values.command?.includes(name)),
    onResult: (result) => say(told(engine, result)),
  })
  keepRecording(keep, recorder.recording)
  const column = columnOf(engine.name, stamp, results)
  if (values.command === undefined) keepResults(values.out, column)
  return column
}

/** Keeps a recording; of some commands only, they take the place of those that were recorded before. */
function keepRecording(keep: string, fresh: Recording): void {
  const path = here(`recorded/${fresh.engine}.json.br`)
  const some = values.command !== undefined
  if (some && !existsSync(path)) return
  const packed = packRecording(some ? withCommandsOf(unpackRecording(readFileSync(path)), fresh) : fresh)
  writeFileSync(join(keep, 'recording.json.br'), packed)
  if (values.write) {
    mkdirSync(here('recorded'), { recursive: true })
    writeFileSync(path, packed)
  }
  say(`${fresh.engine}: recorded in ${packed.length} bytes`)
}

function told({ name }: Engine, { command, exitCode, falseWords }: CommandResult): string {
  const words = falseWords.slice(0, 12).map((word) => `\n    ${word}`)
  return `${name} ${command}: exit ${exitCode}, ${falseWords.length} false words${words.join('')}`
}
