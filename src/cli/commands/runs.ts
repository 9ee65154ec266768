import * as z from 'zod'
import type { RunView } from '../../../projections/run/index.js'
import { withReader } from '../../runtime/index.js'
import { runStreams, viewRun, withProjections } from '../../runtime/views/index.js'
import { defineCommand } from '../command.js'
import { shortIds } from '../ledger/choose-run.js'
import { runSummary, summarise } from '../ledger/run-summary.js'
import { table } from '../table.js'

const run = z.strictObject({
  ...runSummary.shape,
  records: z.number().int(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  statements: z.number().int(),
  nodes: z.number().int(),
  tests: z.number().int(),
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
  help: 'OUTCOME is how the run itself went; RECORD says whether its record is whole. Commands that take a run take the beginning of its id as well. --json has the whole ids and the reasons.',
  examples: [
    ['clyra runs', 'the newest runs'],
    ['clyra report --last', 'what the newest one did'],
    ['clyra runs --json', 'the same for a program'],
  ],
  json: z.strictObject({ runs: z.array(run) }),
  run: (context, _args, options) =>
    withReader(context, async (opened) => {
      const listed: Run[] = []
      const progress = context.output.progress('reading runs')
      const all = await runStreams(opened.ledger)
      const names = all.slice(0, options.limit)
      await withProjections(context, opened, async (store) => {
        for (const name of names) {
          progress.update(`reading runs: ${listed.length} of ${names.length}`)
          listed.push(lineOf(await viewRun(opened, store, name)))
        }
      })
      progress.done()
      context.output.result({ runs: listed.map((one) => ({ ...one })) }, () =>
        listed.length === 0 ? 'No run is recorded yet. Try: clyra run dbt build' : tableOf(listed, shortIds(all)),
      )
      return 0
    }),
})

function lineOf(view: RunView): Run {
  return {
    ...summarise(view),
    records: view.records,
    exitCode: view.exited?.exitCode ?? null,
    signal: view.exited?.signal ?? null,
    statements: view.statements.total,
    nodes: view.nodes.length,
    tests: view.tests.length,
  }
}

/** 80 columns as long as 13 characters tell the runs apart. */
function tableOf(listed: readonly Run[], ids: ReadonlyMap<string, string>): string {
  const lines = table(
    ['RUN', 'STARTED (UTC)', 'COMMAND', 'OUTCOME', 'RECORD', 'FINDINGS'],
    listed.map((one) => [
      `${ids.get(one.run) ?? one.run}${one.demonstration ? '*' : ''}`,
      one.started === null ? '-' : `${one.started.slice(0, 10)} ${one.started.slice(11, 16)}`,
      shortened(one.command ?? '-', COMMAND_COLUMNS),
      one.outcome,
      one.completeness,
      severities(one),
    ]),
  )
  return listed.some(({ demonstration }) => demonstration)
    ? `${lines}\n* recorded demonstration: no evidence of a change`
    : lines
}

const COMMAND_COLUMNS = 13

function shortened(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
}

/** "1 high", "2 high +3" (more of lower severity), "-". */
function severities({ findings: { high, medium, low } }: Run): string {
  const told = [
    [high, 'high', medium + low],
    [medium, 'medium', low],
    [low, 'low', 0],
  ] as const
  const gravest = told.find(([count]) => count > 0)
  if (gravest === undefined) return '-'
  const [count, severity, more] = gravest
  return `${count} ${severity}${more === 0 ? '' : ` +${more}`}`
}
