import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { isType } from '../../events/index.js'
import type { Ledger } from '../../ledger/ledger.js'
import { defineCommand } from '../command.js'
import { chooseRun, foldRun } from '../ledger/fold-run.js'
import { withWriter } from '../ledger/open-ledger.js'
import { decimal } from '../ledger/record-document.js'

const REASONS = ['erasure-request', 'retention', 'mistake'] as const

export const redact = defineCommand({
  arguments: [{ name: '<run>', description: 'the run, as `clyra runs` prints it' }],
  flags: [
    { flags: '--reason <reason>', description: `${REASONS.join(', ')} (default erasure-request)` },
    { flags: '--yes', description: 'really do it: it cannot be undone' },
  ],
  options: z.object({
    reason: z.enum(REASONS, `must be one of ${REASONS.join(', ')}`).default('erasure-request'),
    yes: z.boolean().default(false),
  }),
  help: 'Destroys the key of the run, its sealed values (SQL text, messages) and the artefacts that only this run has, and records that. Every hash stays valid; bundles made before still hold what was put into them.',
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
  }),
  run: (context, [given = ''], options) =>
    withWriter(context, async ({ ledger, vault, artifacts }) => {
      const run = await chooseRun(ledger, given, { exact: true, command: 'clyra redact' })
      const { started } = await foldRun(ledger, run)
      if (started === null) {
        throw new ClyraError('RUN_NOT_FOUND', `the run ${run} does not say under which key its values lie`, {
          details: { run },
        })
      }
      if (!options.yes) {
        throw new ClyraError('USAGE', `this erases the values and artefacts of run ${run} for ever`, {
          fix: `clyra redact ${run} --yes`,
        })
      }
      // Destroyed first: a crash in between leaves values erased and the record to be written by the same command.
      await vault.erase(started.subject)
      const before = await redactionOf(ledger, started.subject)
      const position = before ?? (await ledger.recordRedaction(started.subject, options.reason))
      const only = await artifactsOnlyIn(ledger, run)
      for (const sha256 of only) await artifacts.remove(sha256)
      await ledger.sealed(position)
      const document = {
        run,
        subject: started.subject,
        position: position.toString(),
        artifacts: only.length,
        already: before !== undefined,
      }
      context.output.result(
        document,
        `The sealed values of run ${run} are erased, with ${only.length} artefacts. Recorded at position ${position}.`,
      )
      return 0
    }),
})

async function redactionOf(ledger: Ledger, subject: string): Promise<bigint | undefined> {
  for await (const record of ledger.readStream('ledger-redactions')) {
    if (isType(record, 'dev.clyra.ledger.redacted.v1') && record.event.data.subject === subject) return record.position
  }
  return undefined
}

/** Digests of artefacts that this run captured and no other run did. */
async function artifactsOnlyIn(ledger: Ledger, run: string): Promise<string[]> {
  const own = new Set<string>()
  const others = new Set<string>()
  for await (const record of ledger.readAll({ filter: { types: ['dev.clyra.artifact.captured.v1'] } })) {
    if (!isType(record, 'dev.clyra.artifact.captured.v1')) continue
    const digests = record.stream === `run-${run}` ? own : others
    digests.add(record.event.data.sha256)
  }
  return [...own].filter((sha256) => !others.has(sha256)).sort()
}
