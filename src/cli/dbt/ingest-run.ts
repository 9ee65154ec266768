import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { closeDbtRun, type DbtRun, type DbtRunFiles, readDbtRun } from '../../../connectors/dbt/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { type DraftEvent, isType } from '../../events/index.js'
import type { Ledger } from '../../ledger/ledger.js'
import type { StatePlace } from '../config/find-state.js'
import type { Settings } from '../config/settings.js'
import type { Context } from '../context.js'
import type { OpenedLedger } from '../ledger/opened-ledger.js'
import { type ImportResult, importEvents } from '../spool/import-events.js'
import { VERSION } from '../version.js'
import { fingerprintKeyOf, fingerprintKindOf } from './fingerprint-key.js'
import { startedRun } from './run-metadata.js'
import { createSealer } from './sealer.js'

export interface IngestedRun extends ImportResult {
  /** Events that were not sent because the run is closed, and that the ledger does not have. */
  readonly leftOut: number
  readonly invocation: string | null
  readonly logSource: DbtRun['logSource']
  readonly warnings: readonly string[]
}

export interface IngestOptions {
  readonly demonstration: boolean
  /** Drafts that other connectors made for this run (recorded anchors). */
  readonly more?: (run: string) => readonly DraftEvent[]
}

/**
 * Records a finished run. Doing it again adds nothing; a run that the wrapper recorded already gets what was missing.
 * What the ledger says of a run stands: a closed run gets no new gaps or findings, and a source file is as it was
 * when the run was first recorded.
 */
export async function ingestRun(
  context: Context,
  opened: OpenedLedger,
  files: DbtRunFiles,
  options: IngestOptions,
): Promise<IngestedRun> {
  const { ledger, vault, settings, place } = opened
  let read = readDbtRun({ ...files, fingerprintKey: await vault.fingerprintKey() })
  const recorded = await recordedRun(ledger, read.runId)
  const subject = recorded?.subject ?? randomUUID()
  const erased = await vault.erased(subject)
  const subjectKey =
    recorded === undefined || erased ? context.environment.randomBytes(32) : await keyOf(opened, subject)
  if (fingerprintKindOf(recorded?.fingerprintKey, subjectKey) === 'run') {
    read = readDbtRun({ ...files, fingerprintKey: await fingerprintKeyOf('run', subjectKey, vault) })
  }
  const { drafts, others } = draftsOf(read, recorded, options, {
    subject,
    settings,
    policy: policyDigest(settings, place),
  })
  const { events, values } = createSealer(subjectKey, settings.keepValues.value)(drafts)
  const stream = `run-${read.runId}`
  const result = await importEvents(
    {
      run: read.runId,
      subject,
      subjectKey,
      events: () => events.map((event) => ({ stream, event })),
      values: () => values,
      artifacts: () => read.artifacts.map(({ sha256, bytes }) => ({ sha256, read: () => bytes })),
    },
    opened,
  )
  if (result.appended > 0) await ledger.heads()
  const there = new Set(await knownIds(ledger, others))
  const leftOut = others.filter(({ type, id }) => type === GAP && !there.has(id)).length
  return {
    ...result,
    known: result.known + there.size,
    leftOut,
    invocation: read.invocation,
    logSource: read.logSource,
    warnings: read.warnings,
  }
}

/** What is sent, and what else this reading of the run says: it is there already, or comes too late. */
interface Drafts {
  readonly drafts: readonly DraftEvent[]
  readonly others: readonly DraftEvent[]
}

function draftsOf(
  read: DbtRun,
  recorded: RecordedRun | undefined,
  options: IngestOptions,
  facts: { readonly subject: string; readonly settings: Settings; readonly policy: string | null },
): Drafts {
  const more = options.more?.(read.runId) ?? []
  const started = startedRun({
    run: read.runId,
    capture: 'ingest',
    demonstration: options.demonstration,
    time: read.events[0]?.time ?? '1970-01-01T00:00:00Z',
    version: VERSION,
    ...facts,
  })
  const closed = (drafts: readonly DraftEvent[]) => [...drafts, ...closeDbtRun(read.runId, drafts)]
  if (recorded === undefined) return { drafts: closed([started, ...more, ...read.events]), others: [] }
  const isSent = (draft: DraftEvent) => !recorded.sources.has(draft.id) && !(recorded.closed && draft.type === GAP)
  const sent = read.events.filter(isSent)
  if (!recorded.closed)
    return { drafts: closed([...more, ...sent]), others: [started, ...read.events.filter((draft) => !isSent(draft))] }
  const whole = closed([started, ...more, ...read.events])
  const ids = new Set(sent.map(({ id }) => id))
  return { drafts: sent, others: whole.filter(({ id }) => !ids.has(id)) }
}

const GAP = 'dev.clyra.run.gap.v1'

/** The ids of these drafts that the ledger has. */
async function knownIds(ledger: Ledger, drafts: readonly DraftEvent[]): Promise<string[]> {
  const ids = drafts.map(({ id }) => id)
  const positions = await ledger.positionsOf(ids)
  return ids.filter((_, at) => positions[at] !== undefined)
}

interface RecordedRun {
  readonly subject: string
  readonly closed: boolean
  /** The id of the key under which its statements are fingerprinted. */
  readonly fingerprintKey: string | undefined
  /** Ids of the records of source files and of their repository. */
  readonly sources: ReadonlySet<string>
}

/** What the ledger already has of a run; undefined where it does not know it. */
async function recordedRun(ledger: Ledger, run: string): Promise<RecordedRun | undefined> {
  if ((await ledger.streamHead(`run-${run}`)) === undefined) return undefined
  let subject: string | undefined
  let closed = false
  let fingerprintKey: string | undefined
  const sources = new Set<string>()
  for await (const record of ledger.readStream(`run-${run}`)) {
    if (isType(record, 'dev.clyra.run.started.v1')) subject ??= record.event.data.subject
    if (isType(record, 'dev.clyra.run.closed.v1')) closed = true
    if (isType(record, 'dev.clyra.artifact.source.v1')) sources.add(record.event.id)
    if (isType(record, 'dev.clyra.artifact.repository.v1')) sources.add(record.event.id)
    if (isType(record, 'dev.clyra.dbt.statement.executed.v1'))
      fingerprintKey ??= record.event.data.fingerprintKey ?? undefined
  }
  if (subject === undefined) {
    throw new ClyraError('EVENT_INVALID', `the stream of run ${run} does not begin with run.started`, {
      details: { run },
      fix: 'clyra fsck',
    })
  }
  return { subject, closed, fingerprintKey, sources }
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
export function policyDigest(settings: Settings, place: StatePlace | undefined): string | null {
  const { value } = settings.policy
  if (value === null) return null
  const path = resolve(place?.project ?? '.', value)
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
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
