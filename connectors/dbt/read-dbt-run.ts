import type { DraftEvent } from '../../src/events/index.js'
import { linesOf } from './lines.js'
import { type LogScan, scanLog, scanOtel } from './log-scan.js'
import { readManifest } from './manifest.js'
import { runIdOf } from './run-id.js'
import { createDbtRunReader, type FinishedRun, type LeftArtifacts, type RunReaderOptions } from './run-reader.js'
import { readRunResults } from './run-results.js'

/** A finished run: the bytes of what dbt left. */
export interface DbtRunFiles extends LeftArtifacts {
  /** The run id, where it is known (the wrapper's); else it is found by the rule of `runIdOf`. */
  readonly run?: string | undefined
  /** The invocation to read where a log holds several; default: the log's last. */
  readonly invocation?: string | undefined
  readonly fingerprintKey?: Uint8Array | undefined
  /** dbt's log in JSON: `dbt.log`. */
  readonly log?: Uint8Array | undefined
  /** The Rust engine's `otel.jsonl`. */
  readonly otel?: Uint8Array | undefined
  /** The Rust engine's `query_log.sql`. */
  readonly queryLog?: Uint8Array | undefined
}

/** A finished run as drafts of the stream `run-R`, without the findings and the closing record (see `closeDbtRun`). */
export interface DbtRun extends FinishedRun {
  /** Which file spoke as the log. */
  readonly logSource: 'log' | 'otel' | 'query-log' | null
}

/**
 * Reads all that a finished run left. Exactly one source speaks as the voice `log`, so that nothing counts twice:
 * the OTel file where it holds the invocation (it alone shows statements that never ended), else the JSON log, else
 * `query_log.sql`. dbt 1.x has only the JSON log.
 *
 * Pure: the same bytes give the same drafts. Throws DBT_ARTIFACT_INVALID, DBT_ARTIFACT_UNSUPPORTED (see `onUnreadable`) and DBT_ARTIFACT_MISSING where nothing names the run.
 */
export function readDbtRun(files: DbtRunFiles): DbtRun {
  const scan = files.log === undefined ? NO_LOG : scanLog(files.log)
  const traces = files.otel === undefined ? [] : scanOtel(files.otel)
  const logged = files.invocation ?? scan.invocations.at(-1)?.id ?? traces.at(-1) ?? null
  const carried = scan.invocations.find(({ id }) => id === logged)?.runId ?? null
  // The artefacts are asked only for what the log does not say: a manifest can be large.
  const named = logged !== null && (files.run ?? carried) !== null ? NO_NAME : nameOf(files, logged)
  const invocation = logged ?? named.invocation
  const run = files.run ?? runIdOf([carried, named.runId], invocation)
  const logSource = sourceOf(files, scan, traces, invocation)
  const options: RunReaderOptions = {
    run,
    source: logSource ?? 'log',
    invocation: logSource === null ? undefined : (invocation ?? undefined),
    fingerprintKey: files.fingerprintKey,
    wrapped: files.run !== undefined,
  }
  const reader = createDbtRunReader(options)
  const events: DraftEvent[] = []
  const bytes = logSource === 'otel' ? files.otel : logSource === 'query-log' ? files.queryLog : files.log
  for (const { text, complete } of linesOf(bytes ?? new Uint8Array(0))) {
    // One by one: spreading a large batch would exhaust the stack.
    for (const event of reader.push(text, complete)) events.push(event)
  }
  const finished = reader.finish(files)
  for (const event of finished.events) events.push(event)
  return { ...finished, events, logSource, warnings: [...finished.warnings, ...moreInvocations(scan)] }
}

const NO_LOG: LogScan = { invocations: [], otherLines: 0 }

function sourceOf(
  files: DbtRunFiles,
  scan: LogScan,
  traces: readonly string[],
  invocation: string | null,
): DbtRun['logSource'] {
  if (invocation !== null && traces.includes(invocation)) return 'otel'
  if (scan.invocations.some(({ id }) => id === invocation)) return 'log'
  if (files.queryLog !== undefined && invocation !== null) return 'query-log'
  return files.log !== undefined ? 'log' : null
}

interface Names {
  readonly invocation: string | null
  readonly runId: string | null
}

const NO_NAME: Names = { invocation: null, runId: null }

/** What the first artefact says that belongs to `invocation` (or, where that is null, to any). */
function nameOf(files: DbtRunFiles, invocation: string | null): Names {
  return (
    attempt(readRunResults, files.runResults, invocation) ??
    attempt(readManifest, files.manifest, invocation) ??
    NO_NAME
  )
}

function attempt(
  read: (bytes: Uint8Array) => Names,
  bytes: Uint8Array | undefined,
  wanted: string | null,
): Names | undefined {
  try {
    const { invocation, runId } = bytes === undefined ? NO_NAME : read(bytes)
    return invocation !== null && (wanted === null || invocation === wanted) ? { invocation, runId } : undefined
  } catch {
    // An unreadable artefact is judged later, where its error has its place.
    return undefined
  }
}

function moreInvocations(scan: LogScan): string[] {
  const more = scan.invocations.length - 1
  return more > 0 ? [`the log holds ${more} other invocation${more > 1 ? 's' : ''}; left out`] : []
}
