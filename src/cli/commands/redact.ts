import { resolve } from 'node:path'
import * as z from 'zod'
import { ClyraError, commandLine, isClyraError } from '../../errors/index.js'
import { isType } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { type OpenedLedger, withWriter } from '../../runtime/index.js'
import { foldRun } from '../../runtime/views/index.js'
import { ledgerSpool, userSpools } from '../../spool/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { noteCopy } from '../erasure/copies.js'
import { eraseRun } from '../erasure/erase-run.js'
import { HOLDER_KINDS, HOLDER_STATES, type Holder } from '../erasure/holder.js'
import { spoolsOfRun } from '../erasure/spool-holders.js'
import { chooseRun } from '../ledger/choose-run.js'
import { decimal } from '../ledger/record-document.js'
import { table } from '../table.js'

const REASONS = ['erasure-request', 'retention', 'mistake'] as const

export const redact = defineCommand({
  arguments: [{ name: '<run>', description: 'the run, as `clyra runs` prints it' }],
  flags: [
    { flags: '--reason <reason>', description: `${REASONS.join(', ')} (default erasure-request)` },
    { flags: '--yes', description: 'really do it: it cannot be undone' },
    { flags: '--gone <backup...>', description: 'a backup that exists no more, or was erased where it is' },
  ],
  options: z.object({
    reason: z.enum(REASONS, `must be one of ${REASONS.join(', ')}`).default('erasure-request'),
    yes: z.boolean().default(false),
    gone: z.array(z.string().min(1)).default([]),
  }),
  help: 'Destroys the key of the run, its sealed values (SQL text, messages) and the artefacts that only this run has, in the ledger, in every spool of yours and in every backup that the ledger knows of, and then records that. Where one of them stays it is named, nothing is recorded, and the exit status is 1: the same command goes on. Every hash stays valid. What was handed out (bundles made with --open or --embed) is named and cannot be recalled; what survives in the record is listed in docs/erasure.md.',
  examples: [
    ['clyra runs', 'the ids'],
    ['clyra redact --help', 'what it destroys'],
  ],
  json: z.strictObject({
    run: z.string(),
    subject: z.string(),
    position: decimal,
    artifacts: z.number().int(),
    already: z.boolean(),
    holders: z.array(
      z.strictObject({
        kind: z.enum(HOLDER_KINDS),
        where: z.string(),
        state: z.enum(HOLDER_STATES),
        why: z.string().nullable(),
      }),
    ),
  }),
  run: (context, [given = ''], options) =>
    withWriter(context, async (opened) => {
      const { ledger, appender, place } = opened
      const run = await runToErase(context, opened, given)
      if (!options.yes) {
        throw new ClyraError('USAGE', `this erases the values and artefacts of run ${run} for ever`, {
          fix: commandLine`clyra redact ${run} --yes`,
        })
      }
      for (const path of options.gone)
        noteCopy(place.state, context, { kind: 'gone', path: resolve(context.environment.cwd, path), run: null })
      const { subject, artifacts, holders } = await eraseRun(context, opened, run)
      const staying = holders.filter(({ state }) => state === 'stays')
      if (staying.length > 0) throw incomplete(run, holders, staying)
      // Only now: what is recorded as erased is nowhere that is known of.
      const before = await redactionOf(ledger, subject)
      const position = before ?? (await appender.recordRedaction(subject, options.reason))
      await appender.sealed(position)
      const document = {
        run,
        subject,
        position: position.toString(),
        artifacts: artifacts.own.length,
        already: before !== undefined,
        holders: holders.map((holder) => ({ ...holder })),
      }
      context.output.result(document, () =>
        [
          `The sealed values of run ${run} are erased, with ${artifacts.own.length} artefacts. Recorded at position ${position}.`,
          ...inWords(holders),
        ].join('\n'),
      )
      return 0
    }),
})

/** Throws RUN_NOT_FOUND, also where the run is only in a spool or does not say under which key its values lie. */
async function runToErase(context: Context, { ledger, place }: OpenedLedger, given: string): Promise<string> {
  try {
    const run = await chooseRun(ledger, given, { exact: true, command: 'clyra redact' })
    if ((await foldRun(ledger, run)).started !== null) return run
    throw new ClyraError('RUN_NOT_FOUND', `the run ${run} does not say under which key its values lie`, {
      details: { run },
    })
  } catch (error) {
    if (!isClyraError(error, 'RUN_NOT_FOUND')) throw error
    const roots = [ledgerSpool(place.state), ...userSpools(context.environment)]
    const [waiting] = spoolsOfRun(roots, { run: given, subject: given, subjectKey: undefined })
    if (waiting === undefined) throw error
    throw new ClyraError(
      'RUN_NOT_FOUND',
      `the ledger has no run ${JSON.stringify(given)} yet: it waits in ${waiting.directory}`,
      { details: { run: given, path: waiting.directory }, fix: 'clyra spool flush' },
    )
  }
}

function incomplete(run: string, holders: readonly Holder[], staying: readonly Holder[]): ClyraError {
  const named = staying.map(({ kind, where, why }) => `${kind} ${where}: ${why ?? 'it stays'}`).join('; ')
  return new ClyraError(
    'ERASURE_INCOMPLETE',
    `run ${run} is not erased everywhere, and nothing was recorded: ${named}`,
    {
      details: { run, holders },
      fix: commandLine`clyra redact ${run} --yes`,
    },
  )
}

/** The holders that a person should know of. */
function inWords(holders: readonly Holder[]): string[] {
  const telling = holders.filter(({ state, why }) => state === 'named' || why !== null)
  if (telling.length === 0) return []
  return [
    '',
    table(
      ['', 'WHERE', 'WHAT'],
      telling.map(({ state, where, why }) => [state, where, why ?? '']),
    ),
  ]
}

async function redactionOf(ledger: LedgerReader, subject: string): Promise<bigint | undefined> {
  for await (const record of ledger.readStream('ledger-redactions')) {
    if (isType(record, 'dev.clyra.ledger.redacted.v1') && record.event.data.subject === subject) return record.position
  }
  return undefined
}
