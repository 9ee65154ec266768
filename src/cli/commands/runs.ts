import * as z from 'zod'
import type { RunView } from '../../../projections/run/index.js'
import { defineCommand } from '../command.js'
import { runStreams } from '../ledger/fold-run.js'
import { withReader } from '../ledger/open-ledger.js'
import { viewRun, withProjections } from '../ledger/projections.js'
import { table } from '../table.js'

const run = z.strictObject({
  run: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'interrupted', 'unknown']),
  completeness: z.enum(['complete', 'partial', 'unknown']),
  reasons: z.array(z.string()),
  demonstration: z.boolean(),
  records: z.number().int(),
  started: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  statements: z.number().int(),
  nodes: z.number().int(),
  tests: z.number().int(),
  findings: z.number().int(),
})
type Run = z.infer<typeof run>

export const runs = defineCommand({
  flags: [{ flags: '-n, --limit <count>', description: 'the newest so many (default 20)' }],
  options: z.object({
    limit: z
      .string()
      .regex(/^[1-9][0-9]{0,6}$/, 'must be a whole number above 0')
      .transform(Number)
      .default(20),
  }),
  help: 'COMPLETE says whether the record of a run is whole; whether the run itself went well is its OUTCOME.',
  examples: [
    ['clyra runs', 'the newest runs'],
    ['clyra runs --json', 'the same for a program'],
  ],
  json: z.strictObject({ runs: z.array(run) }),
  run: (context, _args, options) =>
    withReader(context, async (opened) => {
      const listed: Run[] = []
      const progress = context.output.progress('reading runs')
      const names = (await runStreams(opened.ledger)).slice(0, options.limit)
      await withProjections(opened, async (store) => {
        for (const name of names) {
          progress.update(`reading runs: ${listed.length} of ${names.length}`)
          listed.push(summary(name, await viewRun(opened, store, name)))
        }
      })
      progress.done()
      context.output.result({ runs: listed.map((one) => ({ ...one })) }, () =>
        listed.length === 0 ? 'No run is recorded yet. Try: clyra run dbt build' : tableOf(listed),
      )
      return 0
    }),
})

function summary(name: string, view: RunView): Run {
  return {
    run: name,
    outcome: view.outcome,
    completeness: view.completeness,
    reasons: [...view.reasons],
    demonstration: view.demonstration,
    records: view.records,
    started: view.started?.time ?? view.first?.recordedAt ?? null,
    exitCode: view.exited?.exitCode ?? null,
    signal: view.exited?.signal ?? null,
    statements: view.statements.total,
    nodes: view.nodes.length,
    tests: view.tests.length,
    findings: view.findings.length,
  }
}

function tableOf(listed: readonly Run[]): string {
  return table(
    ['RUN', 'STARTED', 'OUTCOME', 'COMPLETE', 'NODES', 'TESTS', 'STATEMENTS', 'FINDINGS', ''],
    listed.map((one) => [
      one.run,
      one.started ?? '-',
      one.outcome,
      one.completeness === 'complete' ? 'complete' : `${one.completeness} (${one.reasons.join(', ')})`,
      String(one.nodes),
      String(one.tests),
      String(one.statements),
      String(one.findings),
      one.demonstration ? 'recorded demonstration' : '',
    ]),
  )
}
