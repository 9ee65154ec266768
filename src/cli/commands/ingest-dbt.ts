import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { readLeft } from '../../../connectors/dbt/index.js'
import { ClyraError, commandLine } from '../../errors/index.js'
import { withWriter } from '../../runtime/index.js'
import { ledgerPlace } from '../../runtime/project/index.js'
import { defineCommand } from '../command.js'
import { assertOneRun } from '../dbt/assert-one-run.js'
import { findLogs } from '../dbt/find-logs.js'
import { type IngestedRun, ingestRun } from '../dbt/ingest-run.js'

export const ingestDbt = defineCommand({
  arguments: [{ name: '<target-dir>', description: "dbt's target directory" }],
  flags: [
    {
      flags: '--log <file>',
      description:
        'a log of the run, again for each further one; rotated parts beside it are found (default: logs/ beside the target directory)',
      repeated: true,
    },
    {
      flags: '--project-dir <dir>',
      description: 'the dbt project (default: the directory above the target directory)',
    },
    { flags: '--invocation <id>', description: 'which invocation of the log (default: its last)' },
    { flags: '--demonstration', description: 'mark it as a replay of a recording' },
  ],
  options: z.object({
    log: z.array(z.string().min(1)).optional(),
    projectDir: z.string().min(1).optional(),
    invocation: z.string().min(1).optional(),
    demonstration: z.boolean().default(false),
  }),
  help: 'Statements are read from a JSON log: dbt build --log-format-file json --log-level-file debug. What a file is its content says, not its name; gzip, UTF-16 and what a container runtime, collector or scheduler puts around the lines are taken off. What is of another run, or cannot be read, is left out by name. Doing it again adds nothing; `clyra run dbt` records more (anchors, the exit status) by itself.',
  examples: [
    ['clyra ingest dbt target', 'the run that dbt just left'],
    ['clyra ingest dbt target --log logs/dbt.log', 'with its log named'],
  ],
  json: z.strictObject({
    run: z.string(),
    invocation: z.string().nullable(),
    log: z.enum(['log', 'otel', 'query-log']).nullable(),
    appended: z.number().int(),
    known: z.number().int(),
    skippedErased: z.number().int(),
    leftOut: z.number().int(),
    warnings: z.array(z.string()),
  }),
  async run(context, [given = ''], options) {
    const { cwd, variables } = context.environment
    const target = resolve(cwd, given)
    const project = resolve(cwd, options.projectDir ?? dirname(target))
    const named = (options.log ?? []).map((path) => resolve(cwd, path))
    const { warnings: said, ...logs } = findLogs(named, join(dirname(target), 'logs'), options.invocation)
    const left = await readLeft(variables, target, project, 'throw')
    const { log, otel } = logs
    if (log === undefined && otel === undefined && left.manifest === undefined && left.runResults === undefined) {
      throw new ClyraError(
        'DBT_ARTIFACT_MISSING',
        `${target} holds neither manifest.json nor run_results.json, and there is no log`,
        {
          details: { path: target },
        },
      )
    }
    if (options.invocation === undefined) assertOneRun({ ...left, log, otel })
    const files = { ...left, ...logs, invocation: options.invocation }
    const how = { demonstration: options.demonstration, logNamed: named.length > 0 }
    const ingested = await withWriter(context, (opened) => ingestRun(context, opened, files, how), {
      place: ledgerPlace(context, [project]),
    })
    for (const warning of said) context.output.warn(warning)
    for (const warning of ingested.warnings) context.output.warn(warning)
    const { run, invocation, logSource, appended, known, skippedErased, leftOut, warnings } = ingested
    context.output.result(
      { run, invocation, log: logSource, appended, known, skippedErased, leftOut, warnings: [...said, ...warnings] },
      () => sentence(ingested),
    )
    return 0
  },
})

function sentence({ run, appended, known, skippedErased, leftOut }: IngestedRun): string {
  if (skippedErased > 0) return `run ${run} was erased; ${skippedErased} events were left out, nothing was added`
  const before = known === 0 ? '' : `, ${known} were there already`
  const late = leftOut === 0 ? '' : `, ${leftOut} left out because what is recorded is as complete`
  return `run ${run}: ${appended} records added${before}${late}; bundle: ${commandLine`clyra bundle ${run}`}`
}
