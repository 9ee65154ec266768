import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cache, lookUp } from '../services/layout.mjs'
import { COMMANDS } from './commands.js'
import { type EngineResults, keepResults, keptResults, stampOfMatrix } from './engine-results.js'
import { ENGINES, type Engine, engineOf } from './engines.js'
import { withMatrixTable } from './matrix-table.js'
import { EngineRecorder } from './record-engine.js'
import { packRecording } from './recording.js'
import { type CommandResult, runEngine } from './run-engine.js'

const USAGE = `node test/matrix/matrix.mjs [column ...] [--command <name>] [--out <folder>] [--no-write]

Runs every command on every engine and prints what is said that is not so. A column that was run with the same program
and the same project is not run again. With all columns done, writes the table of docs/dbt.md and test/matrix/recorded.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    out: { type: 'string', default: join(cache, 'matrix') },
    command: { type: 'string', multiple: true },
    write: { type: 'boolean', default: true },
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
  const { commands } = { commands: values.command }
  const stamp = stampOfMatrix()
  const absent: string[] = []
  const columns: EngineResults[] = []
  for (const engine of engines) {
    const { present, detail } = lookUp(engine.service)
    if (!present) {
      say(`${engine.name}: ${detail}`)
      absent.push(engine.name)
      continue
    }
    const kept = commands === undefined ? keptResults(values.out, engine.name, stamp) : undefined
    if (kept !== undefined) say(`${engine.name}: ${kept.commands.length} commands, as they were run before`)
    columns.push(kept ?? (await column(engine, stamp)))
  }
  const untrue = columns.flatMap((one) => one.commands).filter((one) => one.falseWords.length > 0).length
  say(`${columns.length} columns, ${columns.flatMap((one) => one.commands).length} runs, ${untrue} with a false word`)
  if (values.write && commands === undefined && columns.length > 0 && positionals.length === 0) {
    const page = here('../../docs/dbt.md')
    writeFileSync(
      page,
      withMatrixTable(
        readFileSync(page, 'utf8'),
        columns,
        absent.map((name) => `${name} is not installed.`),
      ),
    )
  }
  return untrue > 0 ? 1 : absent.length > 0 ? 2 : 0
}

async function column(engine: Engine, stamp: string): Promise<EngineResults> {
  const keep = join(values.out, engine.name)
  mkdirSync(keep, { recursive: true })
  const recorder = new EngineRecorder(engine.name)
  const results = await runEngine(engine, {
    keep,
    recorder,
    commands: values.command === undefined ? undefined : COMMANDS.filter(({ name }) => values.command?.includes(name)),
    onResult: (result) => say(told(engine, result)),
  })
  const packed = packRecording(recorder.recording)
  writeFileSync(join(keep, 'recording.json.br'), packed)
  if (values.write && values.command === undefined) writeFileSync(here(`recorded/${engine.name}.json.br`), packed)
  say(`${engine.name}: recorded in ${packed.length} bytes`)
  return keepResults(values.out, engine.name, stamp, results)
}

function told({ name }: Engine, { command, exitCode, seconds, falseWords }: CommandResult): string {
  const words = falseWords.slice(0, 12).map((word) => `\n    ${word}`)
  return `${name} ${command}: exit ${exitCode}, ${seconds} s, ${falseWords.length} false words${words.join('')}`
}
