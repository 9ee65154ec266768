import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { scanLog } from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'
import { defineCommand } from '../command.js'
import { ledgerPlace } from '../context.js'
import { assertOneRun } from '../dbt/assert-one-run.js'
import { fileLines } from '../dbt/file-lines.js'
import { type IngestedRun, ingestRun } from '../dbt/ingest-run.js'
import { readLeft } from '../dbt/read-left.js'
import { withWriter } from '../ledger/open-ledger.js'

export const ingestDbt = defineCommand({
  arguments: [{ name: '<target-dir>', description: "dbt's target directory" }],
  flags: [
    {
      flags: '--log <file>',
      description: 'the JSON log (default: logs/dbt.log beside the target directory, if it is there)',
    },
    {
      flags: '--project-dir <dir>',
      description: 'the dbt project (default: the directory above the target directory)',
    },
    { flags: '--invocation <id>', description: 'which invocation of the log (default: its last)' },
    { flags: '--demonstration', description: 'mark it as a replay of a recording' },
  ],
  options: z.object({
    log: z.string().min(1).optional(),
    projectDir: z.string().min(1).optional(),
    invocation: z.string().min(1).optional(),
    demonstration: z.boolean().default(false),
  }),
  help: 'The log must be JSON: dbt build --log-format-file json --log-level-file debug. Doing it again adds nothing; `clyra run dbt` records more (anchors, the exit status) by itself.',
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
    const { log, otel, queryLog } = logsFor(target, options.log === undefined ? undefined : resolve(cwd, options.log))
    const left = await readLeft(variables, target, project, 'throw')
    if (log === undefined && otel === undefined && left.manifest === undefined && left.runResults === undefined) {
      throw new ClyraError(
        'DBT_ARTIFACT_MISSING',
        `${target} holds neither manifest.json nor run_results.json, and there is no log`,
        {
          details: { path: target },
          fix: 'clyra ingest dbt target --log logs/dbt.log',
        },
      )
    }
    if (options.invocation === undefined) assertOneRun({ ...left, log, otel })
    const ingested = await withWriter(
      context,
      (opened) =>
        ingestRun(
          context,
          opened,
          { ...left, log, otel, queryLog, invocation: options.invocation },
          { demonstration: options.demonstration },
        ),
      { place: ledgerPlace(context, [project]) },
    )
    for (const warning of ingested.warnings) context.output.warn(warning)
    const { run, invocation, logSource, appended, known, skippedErased, leftOut, warnings } = ingested
    context.output.result({ run, invocation, log: logSource, appended, known, skippedErased, leftOut, warnings }, () =>
      sentence(ingested),
    )
    return 0
  },
})

function sentence({ run, appended, known, skippedErased, leftOut }: IngestedRun): string {
  if (skippedErased > 0) return `run ${run} was erased; ${skippedErased} events were left out, nothing was added`
  const before = known === 0 ? '' : `, ${known} were there already`
  const late = leftOut === 0 ? '' : `, ${leftOut} left out because what is recorded is as complete`
  return `run ${run}: ${appended} records added${before}${late}; bundle: clyra bundle ${run}`
}

/** dbt's log beside its target directory, or the one that was named with the Rust engine's files beside it. */
function logsFor(target: string, named: string | undefined) {
  if (named !== undefined && !existsSync(named)) {
    throw new ClyraError('DBT_ARTIFACT_MISSING', `there is no log at ${named}`, {
      details: { path: named },
      fix: 'ls logs',
    })
  }
  if (named?.endsWith('.jsonl') === true) return { otel: fileLines(named) }
  if (named !== undefined && basename(named) === 'query_log.sql') return { queryLog: fileLines(named) }
  const folder = named === undefined ? join(dirname(target), 'logs') : dirname(named)
  const log = fileLines(named ?? join(folder, 'dbt.log'))
  return {
    // A log that nobody named counts only if it is JSON: usually dbt writes plain text there.
    log: named === undefined && log !== undefined && scanLog(log).invocations.length === 0 ? undefined : log,
    otel: fileLines(join(folder, 'otel.jsonl')),
    queryLog: fileLines(join(folder, 'query_log.sql')),
  }
}
