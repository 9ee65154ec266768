import { randomUUID } from 'node:crypto'
import {
  type DbtRun,
  type DbtRunFiles,
  fingerprintKeyOf,
  readDbtRun,
  runFingerprintKey,
  withRecordedFingerprints,
} from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'
import { fingerprintKeyId, runStream } from '../../events/index.js'
import type { OpenedLedger } from '../../runtime/index.js'
import { type ImportResult, importEvents } from '../../spool/index.js'
import type { Context } from '../context.js'
import { type DraftOptions, digestsOf, ingestedDrafts } from './ingested-drafts.js'
import { policyDigest } from './policy-digest.js'
import { recordedRun } from './recorded-run.js'
import { sealedOnTheWay } from './sealer.js'

export interface IngestedRun extends ImportResult {
  /** Events that were not sent although the ledger does not have them: what it has is at least as complete. */
  readonly leftOut: number
  readonly invocation: string | null
  readonly logSource: DbtRun['logSource']
  readonly warnings: readonly string[]
}

export interface IngestOptions extends DraftOptions {
  /** A log was named: without one line of the run in it the reading is refused. */
  readonly logNamed?: boolean
}

/**
 * Records a finished run. Doing it again adds nothing. What is recorded already is read again where these files hold
 * more of it (`run.reread`): the same files in any order end in the same record. A source file is as it was when the
 * run was first recorded.
 */
export async function ingestRun(
  context: Context,
  opened: OpenedLedger,
  files: DbtRunFiles,
  options: IngestOptions,
): Promise<IngestedRun> {
  const { ledger, vault, settings, place } = opened
  const shapeKey = await vault.shapeKey()
  const freshKey = context.environment.randomBytes(32)
  let read = readDbtRun({ ...files, shapeKey, fingerprintKey: runFingerprintKey(freshKey) })
  if (options.logNamed === true && read.logSource === null) throw notOfTheRun(read)
  const recorded = await recordedRun(ledger, read.runId)
  const subject = recorded?.subject ?? randomUUID()
  const erased = await vault.erased(subject)
  const subjectKey = recorded === undefined || erased ? freshKey : await keyOf(opened, subject)
  // Which run it is, and so which key it has, only its files tell: what is recorded is read once more with its own.
  const fingerprintKey = await fingerprintKeyOf(recorded, subjectKey, vault)
  if (subjectKey !== freshKey) read = readDbtRun({ ...files, shapeKey, fingerprintKey })
  const { drafts, known, leftOut, warnings } = ingestedDrafts(read, recorded, options, {
    subject,
    settings,
    policy: policyDigest(settings, place),
  })
  const lost = recorded?.fingerprintKey !== undefined && recorded.fingerprintKey !== fingerprintKeyId(fingerprintKey)
  const sealed = sealedOnTheWay(
    subjectKey,
    settings.keepValues.value,
    lost ? withRecordedFingerprints(drafts, recorded) : drafts,
  )
  const stream = runStream(read.runId)
  const digests = digestsOf([...(recorded?.events ?? []), ...drafts])
  const result = await importEvents(
    {
      run: read.runId,
      subject,
      subjectKey,
      *events() {
        for (const event of sealed.events()) yield { stream, event }
      },
      values: () => sealed.values(),
      artifacts: () =>
        read.artifacts
          .filter(({ sha256 }) => digests.has(sha256))
          .map(({ sha256, bytes }) => ({ sha256, read: () => bytes })),
    },
    opened,
  )
  if (result.appended > 0) await opened.appender.heads()
  return {
    ...result,
    known: result.known + known,
    leftOut,
    invocation: read.invocation,
    logSource: read.logSource,
    warnings: [...read.warnings, ...warnings],
  }
}

async function keyOf({ vault }: OpenedLedger, subject: string): Promise<Uint8Array> {
  const key = await vault.subjectKey(subject)
  if (key !== undefined) return key
  throw new ClyraError('VAULT_FAILED', `the vault has lost the key ${subject} of a recorded run`, {
    details: { subject },
    fix: 'a backup of the vault',
  })
}

function notOfTheRun({ runId, invocation }: DbtRun): ClyraError {
  return new ClyraError(
    'DBT_RUN_MISMATCH',
    `the log that was named holds no line of the dbt invocation ${invocation}, which the artefacts name; nothing was recorded`,
    { details: { run: runId, invocation }, fix: 'clyra ingest dbt target' },
  )
}
