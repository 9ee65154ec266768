import type { DraftEvent } from '../../src/events/index.js'
import {
  type ArtifactState,
  type CapturedArtifact,
  captured,
  capturedDraft,
  judgeArtifact,
  ownExtra,
} from './artifacts.js'
import { claimDrafts } from './claims.js'
import { isDraft } from './drafts.js'
import { commandExpectation, writesNothing } from './expectations/commands.js'
import { gapDraft } from './gap.js'
import { createDbtLogReader, type LogReader, type LogSummary } from './log-reader.js'
import { type Manifest, readManifest } from './manifest.js'
import { nodesWithoutResult } from './nodes-without-result.js'
import { createOtelReader } from './otel-reader.js'
import { createQueryLogReader } from './query-log-reader.js'
import { type RepositoryFacts, repositoryDraft } from './repository.js'
import { type RunResults, readRunResults } from './run-results.js'
import { type SourceFile, type SourcePath, sourceDrafts, sourcePathsOf } from './sources.js'
import type { NodeStatus } from './statuses.js'
import type { Relation } from './text.js'
import { later } from './times.js'

export interface RunReaderOptions {
  /** The run id R. */
  readonly run: string
  /** Which file the lines come from; default `log`, dbt's JSON log. */
  readonly source?: 'log' | 'otel' | 'query-log' | undefined
  /** Only this invocation; default: that of the first line. Needed for `query-log`. */
  readonly invocation?: string | undefined
  readonly fingerprintKey?: Uint8Array | undefined
  /** True where `run` was given to dbt by the wrapper, so that artefacts carry it. */
  readonly wrapped?: boolean | undefined
}

/** What dbt left in its target directory, as bytes; undefined where a file is not there. */
export interface LeftArtifacts {
  readonly manifest?: Uint8Array | undefined
  readonly runResults?: Uint8Array | undefined
  /** catalog.json, sources.json, ...: kept where they name this invocation. */
  readonly extras?: readonly { readonly name: string; readonly bytes: Uint8Array }[] | undefined
  /** Source files that the program read (see `sourcePathsOf`). */
  readonly sources?: readonly SourceFile[] | undefined
  /** What version control says of the project; undefined where nobody looked. */
  readonly repository?: RepositoryFacts | undefined
  /** What to do with an artefact that is no JSON or of another version: throw its error (default), or record a gap. */
  readonly onUnreadable?: 'throw' | 'gap' | undefined
}

/** A relation that dbt says, or was seen, to have built: what the warehouse is asked about. */
export interface BuiltRelation {
  readonly node: string
  readonly relation: Relation
  readonly materialized: string | null
  readonly status: NodeStatus
}

export interface FinishedRun {
  readonly runId: string
  readonly invocation: string | null
  /** What `finish` adds to the drafts that `push` gave. */
  readonly events: readonly DraftEvent[]
  readonly artifacts: readonly CapturedArtifact[]
  readonly relations: readonly BuiltRelation[]
  /** Source files of the project, where the manifest is this run's. */
  readonly sourcePaths: readonly SourcePath[]
  /** Sentences for people; never part of a record. */
  readonly warnings: readonly string[]
}

/** The incremental form of `readDbtRun`: log lines as they come, then what dbt left. */
export interface RunReader {
  push(line: string, complete?: boolean): readonly DraftEvent[]
  /** To be called once, after the last line. Throws DBT_ARTIFACT_INVALID or _UNSUPPORTED (see `onUnreadable`). */
  finish(left: LeftArtifacts): FinishedRun
}

/**
 * Reads one dbt run while it goes on. The drafts of all `push` calls followed by those of `finish` are, byte for byte,
 * the `events` of `readDbtRun` over the same files.
 */
export function createDbtRunReader(options: RunReaderOptions): RunReader {
  const reader = readerOf(options)
  const nodes = new Map<string, BuiltRelation>()
  const note = (events: readonly DraftEvent[]): readonly DraftEvent[] => {
    for (const event of events) noteRelation(nodes, event)
    return events
  }
  return {
    push: (line, complete) => note(reader.push(line, complete)),
    finish(left) {
      const logEvents = note(reader.end())
      const rest = finishRun(options, reader.summary(), left)
      note(rest.events)
      return { ...rest, events: [...logEvents, ...rest.events], relations: [...nodes.values()] }
    },
  }
}

function readerOf(options: RunReaderOptions): LogReader {
  if (options.source === 'otel') return createOtelReader(options)
  if (options.source !== 'query-log' || options.invocation === undefined) return createDbtLogReader(options)
  return createQueryLogReader({ ...options, invocation: options.invocation })
}

function finishRun(options: RunReaderOptions, log: LogSummary, left: LeftArtifacts): FinishedRun {
  const { run, fingerprintKey } = options
  const { runResults, manifest, invocation } = judge(options, log, left)
  const ownManifest = manifest.kind === 'own' ? manifest.value : null
  const ownResults = runResults.kind === 'own' ? runResults.value : null
  const end = later(log.lastTime, ownResults?.generatedAt ?? ownManifest?.generatedAt ?? null)
  const events: DraftEvent[] = []
  const add = (drafts: readonly DraftEvent[]) => {
    for (const draft of drafts) events.push(draft)
  }
  const artifacts: CapturedArtifact[] = []
  if (invocation !== null) {
    add(claimDrafts({ run, invocation, manifest: ownManifest, runResults: ownResults }))
    if (manifest.kind === 'own') artifacts.push(captured('manifest.json', manifest.bytes))
    if (runResults.kind === 'own') artifacts.push(captured('run_results.json', runResults.bytes))
    for (const { name, bytes } of left.extras ?? [])
      artifacts.push(...(present(ownExtra(name, bytes, invocation)) ?? []))
    add(artifacts.map((artifact) => capturedDraft(run, invocation, end, artifact)))
    if (ownManifest !== null) {
      const files = left.sources ?? []
      add(sourceDrafts({ run, invocation, manifest: ownManifest, files, fingerprintKey }))
      if (left.repository !== undefined)
        add([repositoryDraft(run, invocation, ownManifest.generatedAt, left.repository)])
    }
  }
  add(gaps(run, log, { manifest, runResults }, end))
  return {
    runId: run,
    invocation,
    events,
    artifacts,
    relations: [],
    sourcePaths: ownManifest === null ? [] : sourcePathsOf(ownManifest),
    warnings: warnings(log, { manifest, runResults }),
  }
}

interface Judged {
  readonly manifest: ArtifactState<Manifest>
  readonly runResults: ArtifactState<RunResults>
}

/** Decides whose the artefacts are; without a log, run_results names the invocation for the manifest. */
function judge(
  options: RunReaderOptions,
  log: LogSummary,
  left: LeftArtifacts,
): Judged & { readonly invocation: string | null } {
  const run = options.wrapped ? options.run : null
  const runResults = judgeArtifact(left.runResults, readRunResults, { invocation: log.invocation, run })
  const known = log.invocation ?? (runResults.kind === 'own' ? runResults.value.invocation : null)
  const manifest = judgeArtifact(left.manifest, readManifest, { invocation: known, run })
  if (left.onUnreadable !== 'gap') {
    for (const state of [runResults, manifest]) if (state.kind === 'unreadable') throw state.error
  }
  return { manifest, runResults, invocation: known ?? (manifest.kind === 'own' ? manifest.value.invocation : null) }
}

function gaps(run: string, log: LogSummary, judged: Judged, time: string | null): DraftEvent[] {
  const found: DraftEvent[] = []
  if (log.lines === 0) found.push(gapDraft(run, 'log-missing', time))
  const { manifest, runResults } = judged
  const results = runResults.kind === 'own' ? runResults.value : null
  const expected = commandExpectation(log.facts.command ?? results?.command ?? null, log.facts.engine)
  const absent = (state: ArtifactState<unknown>, name: 'manifest' | 'run-results' | 'sources') => {
    if (state.kind === 'missing' || state.kind === 'stale')
      found.push(gapDraft(run, `artifact-${name}-${state.kind}`, time))
  }
  const silent = writesNothing(log.facts.arguments)
  if (expected.manifest === 'always' && !silent) absent(manifest, 'manifest')
  if (expected.runResults === 'always' && !silent) absent(runResults, 'run-results')
  const unreadable = [manifest, runResults].filter((state) => state.kind === 'unreadable').length
  if (unreadable > 0) found.push(gapDraft(run, 'artifact-unreadable', time, unreadable))
  const without = nodesWithoutResult(log, results)
  if (without > 0) found.push(gapDraft(run, 'nodes-without-result', time, without))
  return found
}

function warnings(log: LogSummary, { manifest, runResults }: Judged): string[] {
  const found: string[] = []
  if (log.lines > 0 && log.unreadable === log.lines) {
    found.push('the log is not in JSON: run dbt with --log-format-file json --log-level-file debug')
  }
  if (log.foreign > 0) found.push(`${log.foreign} lines of the log belong to other invocations and were left out`)
  if (log.orphans > 0) found.push(`${log.orphans} answers in the log belong to statements whose lines are missing`)
  for (const [name, state] of [
    ['manifest.json', manifest],
    ['run_results.json', runResults],
  ] as const) {
    if (state.kind === 'stale') found.push(`${name} belongs to another invocation and was left out`)
    if (state.kind === 'unreadable') found.push(state.error.message)
  }
  return found
}

function noteRelation(nodes: Map<string, BuiltRelation>, event: DraftEvent): void {
  if (!isDraft(event, 'dev.clyra.dbt.node.executed.v1')) return
  const { node, relation, materialized, status } = event.data
  if (relation === null || status === 'skipped') return
  // Of the two voices the later one, the claim, knows the materialization of the manifest.
  const before = nodes.get(node)
  const [database, schema, identifier] = relation
  nodes.set(node, {
    node,
    relation: [database, schema, identifier],
    materialized: materialized ?? before?.materialized ?? null,
    status,
  })
}

function present<T>(value: T | null): T[] | undefined {
  return value === null ? undefined : [value]
}
