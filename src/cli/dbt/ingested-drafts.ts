import { closeDbtRun, type DbtRun, idInReading, laterReading, type SomeEvent } from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'
import type { DraftEvent } from '../../events/index.js'
import type { Settings } from '../../runtime/project/index.js'
import { VERSION } from '../version.js'
import type { RecordedRun } from './recorded-run.js'
import { startedRun } from './run-metadata.js'

export interface DraftOptions {
  readonly demonstration: boolean
  /** Drafts that other connectors made for this run (recorded anchors). */
  readonly more?: (run: string) => readonly DraftEvent[]
}

export interface IngestedDrafts {
  /** What is sent; the ledger leaves out what it has. */
  readonly drafts: readonly DraftEvent[]
  /** Of what this reading says, beside what is sent: how much is recorded, and how much is not and stays out. */
  readonly known: number
  readonly leftOut: number
  readonly warnings: readonly string[]
}

/**
 * What a reading adds to what is recorded of its run. Of a run that is recorded nothing is said twice, and what these files
 * hold less of stays as it is. Throws DBT_ARTIFACT_INVALID where nothing says when the run was.
 */
export function ingestedDrafts(
  read: DbtRun,
  recorded: RecordedRun | undefined,
  options: DraftOptions,
  facts: { readonly subject: string; readonly settings: Settings; readonly policy: string | null },
): IngestedDrafts {
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
export function digestsOf(events: readonly { readonly type: string; readonly data: unknown }[]): Set<string> {
  const captured = events.filter(({ type }) => type === 'dev.clyra.artifact.captured.v1')
  // Holds: the type's schema; nothing in such data is sealed.
  return new Set(captured.map(({ data }) => (data as { readonly sha256: string }).sha256))
}
