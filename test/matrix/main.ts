import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cache, lookUp } from '../services/layout.mjs'
import { ENGINES, engineOf } from './engines.js'
import { runEngine } from './run-engine.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(cache, 'matrix') }, command: { type: 'string', multiple: true } },
})
const { COMMANDS } = await import('./commands.js')
const commands =
  values.command === undefined ? undefined : COMMANDS.filter(({ name }) => values.command?.includes(name))
const engines = positionals.length === 0 ? ENGINES : positionals.map(engineOf)
// A database server ends with this process only where the process ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
let untrue = 0
for (const engine of engines) {
  const { present, detail } = lookUp(engine.service)
  if (!present) {
    process.stderr.write(`${engine.name}: ${detail}\n`)
    continue
  }
  const keep = join(values.out, engine.name)
  mkdirSync(keep, { recursive: true })
  const results = await runEngine(engine, {
    keep,
    commands,
    onResult: ({ command, exitCode, seconds, falseWords }) => {
      untrue += falseWords.length
      process.stderr.write(
        `${engine.name} ${command}: exit ${exitCode}, ${seconds} s, ${falseWords.length} false words\n${falseWords
          .slice(0, 12)
          .map((word) => `    ${word}\n`)
          .join('')}`,
      )
    },
  })
  writeFileSync(
    join(keep, 'results.json'),
    `${JSON.stringify(
      results.map(({ view: _, ...rest }) => rest),
      null,
      2,
    )}\n`,
  )
}
process.exitCode = untrue > 0 ? 1 : 0
