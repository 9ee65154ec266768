import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { defineCommand } from '../command.js'
import { runSummary } from '../ledger/run-summary.js'
import { runWrapped } from '../wrapper/run-wrapped.js'
import { dbtArgs } from '../wrapper/wrapped-run-in.js'

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
  async run({ environment, output, named }, [tool, ...rest]) {
    if (tool !== 'dbt') {
      throw new ClyraError('USAGE', `Clyra runs dbt, not ${JSON.stringify(tool ?? '')}`, { fix: 'clyra run dbt build' })
    }
    return runWrapped({ args: dbtArgs(rest), options: output.options, ledger: named }, environment)
  },
})
