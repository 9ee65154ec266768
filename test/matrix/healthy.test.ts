import { beforeAll, describe, expect, it } from 'vitest'
import { requireService } from '../services/index.js'
import { COMMANDS } from './commands.js'
import { engineOf } from './engines.js'
import { type CommandResult, runEngine } from './run-engine.js'

const engine = engineOf('1.11-postgres')
const present = requireService('postgres') && requireService('dbt')

/** Some three minutes on two quiet cores; a machine that does other things takes longer. */
const LONGEST_MS = 20 * 60_000

describe.runIf(present)('every command of dbt 1.11 on Postgres, one after another in one project', () => {
  let results: readonly CommandResult[] = []
  beforeAll(async () => {
    results = await runEngine(engine, { preloaded: true })
  }, LONGEST_MS)

  it.each(COMMANDS.filter(({ needs }) => needs?.(engine) !== false))(
    '$name has no finding, no gap and no false word',
    ({ name }) => {
      const result = results.find(({ command }) => command === name)
      expect(result?.falseWords).toEqual([])
    },
  )
})
