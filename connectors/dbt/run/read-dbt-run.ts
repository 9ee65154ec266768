import { ClyraError, isClyraError } from '../../../src/errors/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { readManifest, readRunResults } from '../artifacts/index.js'
import { type LeftOut, later, runIdOf } from '../drafts/index.js'
import { type LineBytes, type LogScan, linesOf, scanLog, scanOtel } from '../files/index.js'
import type { TimeSpan } from '../log/index.js'
import { createDbtRunReader, type FinishedRun, type LeftArtifacts, type RunReaderOptions } from './run-reader.js'

/** A finished run: the bytes of what dbt left, in UTF-8 and without what other programs put before their lines. */
export interface DbtRunFiles extends LeftArtifacts {
  /** The run id, where it is known (the wrapper's); else it is found by the rule of `runIdOf`. */
  readonly run?: string | undefined
  /** The invocation to read where a log holds several; default: the one that began last. */
  readonly invocation?: string | undefined
  /** See `RunReaderOptions`. */
  readonly fingerprintKey?: Uint8Array | undefined
  readonly shapeKey?: Uint8Array | undefined
  /** dbt's log in JSON: `dbt.log`, the parts of a rotated one joined in their order. */
  readonly log?: LineBytes | undefined
  /** The Rust engine's `otel.jsonl`. */
  readonly otel?: LineBytes | undefined
  /** The Rust engine's `query_log.sql`. */
  readonly queryLog?: LineBytes | undefined
  /** Parts of the rotated log that must have been there and are not. */
  readonly missingParts?: number | undefined
  /** When the wrapper started dbt: the time of what no source dates. */
  readonly startedAt?: string | undefined
}

/** A finished run as drafts of the stream `run-R`, without the findings and the closing record (see `closeDbtRun`). */
export interface DbtRun extends FinishedRun {
  /** Which file spoke as the log. */
  readonly logSource: 'log' | 'otel' | 'query-log' | null
}

/**
 * Reads all that a finished run left. Exactly one source speaks as the voice `log`, so that nothing counts twice:
 * the OTel file where it holds the invocation (it alone shows statements that never ended), else the JSON log, else
 * `query_log.sql`. dbt 1.x has only the JSON log. What belongs to another run is left out, by name.
 *
 * Pure: the same bytes give the same drafts. Throws DBT_ARTIFACT_MISSING where nothing names the run, DBT_RUN_MISMATCH
 * where nothing names the invocation that was asked for, and, where an artefact that cannot be read is all there is,
 * its DBT_ARTIFACT_INVALID or DBT_ARTIFACT_UNSUPPORTED.
 */
export function readDbtRun(files: DbtRunFiles): DbtRun {
  const scan = files.log === undefined ? NO_LOG : scanLog(files.log)
  const traces = files.otel === undefined ? [] : scanOtel(files.otel)
  const logged = files.invocation ?? lastOf(files.run, scan, traces)
  const carried = scan.invocations.find(({ id }) => id === logged)?.runId ?? null
  const heard = scan.invocations.some(({ id }) => id === logged) || traces.some(({ id }) => id === logged)
  // The artefacts are asked only for what the log does not say: a manifest can be large.
  const named = heard && (files.run ?? carried) !== null ? NO_NAMES : namesOf(files, logged)
  if (files.invocation !== undefined && !heard && named.invocation === null) throw unnamed(files, scan, traces)
  const invocation = logged ?? named.invocation
  if (invocation === null && files.run === undefined && named.error !== null) throw named.error
  const run = files.run ?? runIdOf([carried, named.runId], invocation)
  const logSource = sourceOf(files, scan, traces, invocation, named)
  const options: RunReaderOptions = {
    run,
    source: logSource ?? 'log',
    invocation: invocation ?? undefined,
    fingerprintKey: files.fingerprintKey,
    shapeKey: files.shapeKey,
    wrapped: files.run !== undefined,
    during: named.during,
    missingParts: files.missingParts,
    startedAt: files.startedAt,
  }
  const reader = createDbtRunReader(options)
  const events: DraftEvent[] = []
  const bytes = logSource === 'otel' ? files.otel : logSource === 'query-log' ? files.queryLog : files.log
  for (const { text, complete } of linesOf(logSource === null ? NOTHING : (bytes ?? NOTHING))) {
    // One by one: spreading a large batch would exhaust the stack.
    for (const event of reader.push(text, complete)) events.push(event)
  }
  const finished = reader.finish({
    ...files,
    leftOut: [...(files.leftOut ?? []), ...silent(files, scan, traces, logSource)],
  })
  for (const event of finished.events) events.push(event)
  return {
    ...finished,
    events,
    logSource: finished.logHeard ? logSource : null,
    warnings: [...finished.warnings, ...moreInvocations(scan)],
  }
}

const NO_LOG: LogScan = { invocations: [], otherLines: 0, lines: 0 }
const NOTHING = new Uint8Array(0)

/** The invocation of the wrapper's run, else the one that began last, as far as the two kinds of log tell when. */
function lastOf(run: string | undefined, scan: LogScan, traces: ReturnType<typeof scanOtel>): string | null {
  const wrapped = run === undefined ? undefined : scan.invocations.findLast(({ runId }) => runId === run)
  if (wrapped !== undefined) return wrapped.id
  const [logged, traced] = [scan.invocations.at(-1), traces.at(-1)]
  if (logged === undefined || traced === undefined) return (logged ?? traced)?.id ?? null
  return later(logged.begins, traced.begins) === logged.begins ? logged.id : traced.id
}

function sourceOf(
  files: DbtRunFiles,
  scan: LogScan,
  traces: ReturnType<typeof scanOtel>,
  invocation: string | null,
  { version }: Names,
): DbtRun['logSource'] {
  if (traces.some(({ id }) => id === invocation)) return 'otel'
  if (scan.invocations.some(({ id }) => id === invocation)) return 'log'
  // dbt 1.x writes no such file: one that lies there is another run's.
  return files.queryLog !== undefined && invocation !== null && version?.startsWith('1.') !== true ? 'query-log' : null
}

/** Whole files that do not speak, although they are there. */
function silent(
  files: DbtRunFiles,
  scan: LogScan,
  traces: ReturnType<typeof scanOtel>,
  spoke: DbtRun['logSource'],
): LeftOut[] {
  const left: LeftOut[] = []
  const { log, otel, queryLog } = files
  if (log !== undefined && log.length > 0 && spoke !== 'log') {
    const none = scan.invocations.length === 0
    const ours =
      spoke === 'otel' && scan.invocations.some(({ id }) => id === files.invocation || traces.some((t) => t.id === id))
    const reason = none ? 'unrecognised' : ours ? 'duplicate' : 'another-run'
    left.push({ source: 'log', name: 'dbt.log', reason, count: scan.lines })
  }
  if (otel !== undefined && otel.length > 0 && spoke !== 'otel') {
    const reason = traces.length === 0 ? 'unrecognised' : 'another-run'
    left.push({ source: 'otel', name: 'otel.jsonl', reason, count: null })
  }
  if (queryLog !== undefined && queryLog.length > 0 && spoke !== 'query-log') {
    const reason = spoke === 'otel' ? 'duplicate' : 'another-run'
    left.push({ source: 'query-log', name: 'query_log.sql', reason, count: null })
  }
  return left
}

interface Names {
  readonly invocation: string | null
  readonly runId: string | null
  readonly version: string | null
  /** From dbt's beginning to the last artefact that it wrote. */
  readonly during: TimeSpan | null
  /** Why an artefact could not be asked. */
  readonly error: ClyraError | null
}

const NO_NAMES: Names = { invocation: null, runId: null, version: null, during: null, error: null }

/**
 * What the artefacts say that belong to `invocation`; where that is null, to the wrapper's run, or, without one, to the
 * invocation of the first artefact that names one.
 */
function namesOf(files: DbtRunFiles, invocation: string | null): Names {
  const isOurs = (one: Named) =>
    invocation !== null ? one.invocation === invocation : files.run === undefined || one.runId === files.run
  const results = attempt(readRunResults, files.runResults)
  const first =
    results.value !== null && results.value.invocation !== null && isOurs(results.value) ? results.value : null
  // A manifest can be large: it is asked only for what is still open.
  const manifest = first === null || files.queryLog !== undefined ? attempt(readManifest, files.manifest) : NOT_ASKED
  const wanted = first?.invocation ?? manifest.value?.invocation ?? null
  const second =
    manifest.value !== null && manifest.value.invocation === wanted && isOurs(manifest.value) ? manifest.value : null
  const from = first?.startedAt ?? second?.startedAt ?? first?.beganAt ?? null
  const to = later(first?.generatedAt ?? null, second?.generatedAt ?? null)
  return {
    invocation: (first ?? second)?.invocation ?? null,
    runId: first?.runId ?? second?.runId ?? null,
    version: (first ?? second)?.version ?? null,
    during: from === null || to === null ? null : { from, to },
    error: results.error ?? manifest.error,
  }
}

interface Named {
  readonly invocation: string | null
  readonly runId: string | null
}

const NOT_ASKED = { value: null, error: null }

function attempt<T>(
  read: (bytes: Uint8Array) => T,
  bytes: Uint8Array | undefined,
): { readonly value: T | null; readonly error: ClyraError | null } {
  try {
    return { value: bytes === undefined ? null : read(bytes), error: null }
  } catch (error) {
    // An unreadable artefact is judged later, where its error has its place.
    if (isClyraError(error)) return { value: null, error }
    throw error
  }
}

function unnamed(files: DbtRunFiles, scan: LogScan, traces: ReturnType<typeof scanOtel>): ClyraError {
  const artefacts = namesOf({ ...files, run: undefined }, null).invocation
  const known = [...scan.invocations, ...traces].map(({ id }) => id).slice(-20)
  if (artefacts !== null && !known.includes(artefacts)) known.push(artefacts)
  return new ClyraError(
    'DBT_RUN_MISMATCH',
    `no log line and no artefact here is of the dbt invocation ${files.invocation}; they name ${known.length === 0 ? 'none' : known.join(', ')}`,
    {
      details: { asked: files.invocation, known },
    },
  )
}

function moreInvocations(scan: LogScan): string[] {
  const more = scan.invocations.length - 1
  return more > 0 ? [`the log holds ${more} other invocation${more > 1 ? 's' : ''}; left out`] : []
}
