import { createHash, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import {
  closeDbtRun,
  type DbtRun,
  type DbtRunFiles,
  fingerprintKeyOf,
  idInReading,
  laterReading,
  readDbtRun,
  runFingerprintKey,
  type SomeEvent,
  withRecordedFingerprints,
} from '../../../connectors/dbt/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { type DraftEvent, fingerprintKeyId, runStream } from '../../events/index.js'
import type { OpenedLedger } from '../../runtime/index.js'
import type { Settings, StatePlace } from '../../runtime/project/index.js'
import { type ImportResult, importEvents } from '../../spool/index.js'
import { readFileSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'
import type { Context } from '../context.js'
import { VERSION } from '../version.js'
import { type RecordedRun, recordedRun } from './recorded-run.js'
import { startedRun } from './run-metadata.js'
import { sealedOnTheWay } from './sealer.js'

export interface IngestedRun extends ImportResult {
  /** Events that were not sent although the ledger does not have them: what it has is at least as complete. */
  readonly leftOut: number
  readonly invocation: string | null
  readonly logSource: DbtRun['logSource']
  readonly warnings: readonly string[]
}

export interface IngestOptions {
  readonly demonstration: boolean
  /** A log was named: without one line of the run in it the reading is refused. */
  readonly logNamed?: boolean
  /** Drafts that other connectors made for this run (recorded anchors). */
  readonly more?: (run: string) => readonly DraftEvent[]
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
  const { drafts, known, leftOut, warnings } = draftsOf(read, recorded, options, {
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

interface Drafts {
  /** What is sent; the ledger leaves out what it has. */
  readonly drafts: readonly DraftEvent[]
  /** Of what this reading says, beside what is sent: how much is recorded, and how much is not and stays out. */
  readonly known: number
  readonly leftOut: number
  readonly warnings: readonly string[]
}

function draftsOf(
  read: DbtRun,
  recorded: RecordedRun | undefined,
  options: IngestOptions,
  facts: { readonly subject: string; readonly settings: Settings; readonly policy: string | null },
): Drafts {
  const run = read.runId
  const said = [...(options.more?.(run) ?? []), ...read.events]
  const started = startedRun({
    run,
    capture: 'ingest',
    demonstration: options.demonstration,
    time: startOf(read),
    version: VERSION,
    ...facts,
  })
  if (recorded === undefined) {
    const whole = [started, ...said]
    return { drafts: [...whole, ...closeDbtRun(run, whole)], known: 0, leftOut: 0, warnings: [] }
  }
  const later = laterReading(run, recorded.events, said)
  const warnings = later.poorer.map(
    (voice) => `what is recorded of ${VOICE_WORDS[voice]} is more complete than these files; it was left as it is`,
  )
  if (later.drafts.length > 0) return { drafts: later.drafts, known: 0, leftOut: 0, warnings }
  const whole = [started, ...said, ...closeDbtRun(run, [started, ...said])]
  const [known, leftOut] = countKnown(run, recorded.events, whole)
  // Sent although nothing of it is new: files that were changed afterwards are refused, not passed over.
  return { drafts: later.recorded, known: known - later.recorded.length, leftOut, warnings }
}

/** When the run began. Throws DBT_ARTIFACT_INVALID where no source says a time: a record never begins in 1970. */
function startOf({ runId, startedAt }: DbtRun): string {
  if (startedAt !== null) return startedAt
  throw new ClyraError('DBT_ARTIFACT_INVALID', `nothing that run ${runId} left says when it was`, {
    details: { run: runId },
    fix: 'clyra ingest dbt target --log logs/dbt.log',
  })
}

const VOICE_WORDS = { claim: "dbt's results", log: "dbt's log" } as const
/** Follows from the rest, and is another where more was recorded, or is not there where an earlier build recorded it. */
const DERIVED: ReadonlySet<string> = new Set([
  'dev.clyra.run.closed.v1',
  'dev.clyra.finding.raised.v2',
  'dev.clyra.dbt.statement.shapes.v1',
])

/** How many of these drafts the run's records hold, under whichever reading, and how many say something else. */
function countKnown(run: string, recorded: readonly SomeEvent[], drafts: readonly DraftEvent[]): [number, number] {
  const ids = new Set(recorded.map(({ id }) => id))
  const readings = recorded.filter(({ type }) => type === 'dev.clyra.run.reread.v1').length + 1
  let [known, leftOut] = [0, 0]
  for (const draft of drafts) {
    const names = Array.from({ length: readings }, (_, i) => idInReading(run, i + 1, draft))
    if (names.some((id) => ids.has(id))) known += 1
    else if (!DERIVED.has(draft.type)) leftOut += 1
  }
  return [known, leftOut]
}

/** The digests of the files that these records name. */
function digestsOf(events: readonly { readonly type: string; readonly data: unknown }[]): Set<string> {
  const captured = events.filter(({ type }) => type === 'dev.clyra.artifact.captured.v1')
  // Holds: the type's schema; nothing in such data is sealed.
  return new Set(captured.map(({ data }) => (data as { readonly sha256: string }).sha256))
}

async function keyOf({ vault }: OpenedLedger, subject: string): Promise<Uint8Array> {
  const key = await vault.subjectKey(subject)
  if (key !== undefined) return key
  throw new ClyraError('VAULT_FAILED', `the vault has lost the key ${subject} of a recorded run`, {
    details: { subject },
    fix: 'a backup of the vault',
  })
}

/** SHA-256 of the policy file in force, null where none is set. Throws CONFIG_INVALID where it cannot be read. */
export function policyDigest(
  settings: { readonly policy: Pick<Settings['policy'], 'value'> },
  place: StatePlace | undefined,
): string | null {
  const { value } = settings.policy
  if (value === null) return null
  const path = resolve(place?.project ?? '.', value)
  try {
    const bytes = readFileSyncBounded(path, {
      limit: SMALL_FILE_BYTES,
      tooLarge: 'CONFIG_INVALID',
      what: 'the policy file',
    })
    return createHash('sha256').update(bytes).digest('hex')
  } catch (error) {
    throw new ClyraError(
      'CONFIG_INVALID',
      `the policy file ${path} cannot be read: ${fromSystemError(error, 'read').message}`,
      {
        details: { path },
        fix: 'clyra config',
      },
    )
  }
}

function notOfTheRun({ runId, invocation }: DbtRun): ClyraError {
  return new ClyraError(
    'DBT_RUN_MISMATCH',
    `the log that was named holds no line of the dbt invocation ${invocation}, which the artefacts name; nothing was recorded`,
    { details: { run: runId, invocation }, fix: 'clyra ingest dbt target' },
  )
}
