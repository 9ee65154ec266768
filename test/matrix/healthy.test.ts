import { beforeAll, describe, expect, it } from 'vitest'
import { sampled } from '../faults/sampled.js'
import { requireService } from '../services/index.js'
import { COMMANDS } from './commands.js'
import { engineOf } from './engines.js'
import { type CommandResult, runEngine } from './run-engine.js'

const engine = engineOf('1.11-postgres')
const has = (name: string) => (command: (typeof COMMANDS)[number]) => command.needs?.(engineOf(name)) !== false
/** What every engine runs, and of the commands that only some run every third, with what takes up their results. */
const tried = new Set(
  [
    ...COMMANDS.filter(has('1.10-postgres')),
    ...sampled(
      COMMANDS.filter((one) => has('1.11-postgres')(one) && !has('1.10-postgres')(one) && one.after === undefined),
      3,
    ),
  ].map(({ name }) => name),
)
const commands = COMMANDS.filter(({ name, after }) => tried.has(name) || (after !== undefined && tried.has(after)))
const present = requireService('postgres') && requireService('dbt')

/** Some three minutes on two quiet cores; a machine that does other things takes longer. */
const LONGEST_MS = 20 * 60_000

describe.runIf(present)('commands of dbt 1.11 on Postgres, one after another in one project', () => {
  let results: readonly CommandResult[] = []
  beforeAll(async () => {
    results = await runEngine(engine, { preloaded: true, commands })
  }, LONGEST_MS)

  it.each(commands)('$name has no finding, no gap and no false word', ({ name }) => {
    const result = results.find(({ command }) => command === name)
    expect(result?.falseWords).toEqual([])
  })
})
