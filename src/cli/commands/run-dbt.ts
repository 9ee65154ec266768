import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { defineCommand } from '../command.js'
import { exitStatusOf } from '../dbt/child.js'
import { runDbt } from '../dbt/run-dbt.js'
import { inALine, runSummary } from '../ledger/run-summary.js'

export const run = defineCommand({
  arguments: [
    { name: '<tool>', description: 'dbt' },
    { name: '[args...]', description: 'everything for dbt, with or without a -- before it' },
  ],
  flags: [],
  options: z.object({}),
  passThrough: true,
  help: "Options of Clyra stand before `dbt`; everything after it is dbt's. Its output, exit code and signals are dbt's own, and nothing that goes wrong in Clyra changes the run. The record goes to the ledger when dbt has ended; if that is busy or gone it waits in a spool. With --json the last line of standard output is the document.",
  examples: [
    ['clyra run dbt build', 'build, and record it'],
    ['clyra run dbt -- test --select orders', 'the same with an explicit border'],
    ['clyra report --last', 'what it did'],
  ],
  json: z.strictObject({
    run: z.string().nullable(),
    exitCode: z.number().int(),
    appended: z.number().int().nullable(),
    spool: z.string().nullable(),
    /** What the ledger has of the run; null where it waits in a spool. */
    summary: runSummary.nullable(),
  }),
  async run(context, [tool, ...rest]) {
    if (tool !== 'dbt') {
      throw new ClyraError('USAGE', `clyra runs dbt, not ${JSON.stringify(tool ?? '')}`, { fix: 'clyra run dbt build' })
    }
    const args = rest[0] === '--' ? rest.slice(1) : rest
    const wrapped = await runDbt(context, args)
    const status = exitStatusOf(wrapped.exit)
    const { environment, output } = context
    if (wrapped.missing !== undefined) {
      const { program, reason, fix } = wrapped.missing
      const why = wrapped.exit.startError === 'ENOENT' ? reason : wrapped.exit.startError
      output.warn(`${program} could not be started: ${why} (DBT_NOT_FOUND)`)
      environment.stderr.write(`try: ${fix}\n`)
    }
    if (wrapped.summary !== undefined) {
      output.note(
        `clyra: ${wrapped.summary.outcome.toUpperCase()} run recorded: ${inALine(wrapped.summary)}; clyra report --last`,
      )
    }
    if (output.options.json) {
      const document = {
        run: wrapped.run ?? null,
        exitCode: status,
        appended: wrapped.imported?.appended ?? null,
        spool: wrapped.spool ?? null,
        summary: wrapped.summary ?? null,
      }
      output.item(document, '')
    }
    return status
  },
})
