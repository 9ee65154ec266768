import type { DraftEvent } from '../../../src/events/index.js'
import {
  type ArtifactState,
  type CapturedArtifact,
  captured,
  capturedDraft,
  freshnessClaims,
  type Judged,
  judgeArtifact,
  judgeExtra,
  readManifest,
  readRunResults,
  readSourcesJson,
} from '../artifacts/index.js'
import { isDraft, type LeftOut, later, leftOutDraft, type Relation } from '../drafts/index.js'
import type { NodeStatus } from '../expectations/index.js'
import {
  createDbtLogReader,
  createOtelReader,
  createQueryLogReader,
  type LogReader,
  type LogSummary,
  type TimeSpan,
} from '../log/index.js'
import {
  type RepositoryFacts,
  repositoryDraft,
  type SourceFile,
  type SourcePath,
  sourceDrafts,
  sourcePathsOf,
} from '../sources/index.js'
import { StatementShapes } from '../statements/index.js'
import { claimDrafts } from './claims.js'
import { gapDrafts, leftOutOf, warningsOf } from './run-gaps.js'

export interface RunReaderOptions {
  /** The run id R. */
  readonly run: string
  /** Which file the lines come from; default `log`, dbt's JSON log. */
  readonly source?: 'log' | 'otel' | 'query-log' | undefined
  /** Only this invocation; default: that of the first line. Needed for `query-log`. */
  readonly invocation?: string | undefined
  /** For exact texts and for source files outside a commit; it should die with the run's subject key. */
  readonly fingerprintKey?: Uint8Array | undefined
  /** For the shapes of statements, the same in every run; without it there are none. */
  readonly shapeKey?: Uint8Array | undefined
  /** True where `run` was given to dbt by the wrapper, so that artefacts carry it. */
  readonly wrapped?: boolean | undefined
  /** The run's time, as another source tells it: `query-log` needs it. */
  readonly during?: TimeSpan | null | undefined
  /** Parts of a rotated log that must have been there and are not. */
  readonly missingParts?: number | undefined
  /** The name of the file that the lines come from; default: the one that dbt gives it. */
  readonly fileName?: string | undefined
  /** When the wrapper started dbt: the time of what no source dates. */
  readonly startedAt?: string | undefined
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
  /** What the program found among the run's files and could not hand over. */
  readonly leftOut?: readonly LeftOut[] | undefined
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
  /** A log of this invocation was heard. */
  readonly logHeard: boolean
  /** When dbt began, as the best source tells it: the log, else run_results, else the manifest. */
  readonly startedAt: string | null
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
  /** To be called once, after the last line. */
  finish(left: LeftArtifacts): FinishedRun
}

/**
 * Reads one dbt run while it goes on. The drafts of all `push` calls followed by those of `finish` are, byte for byte,
 * the `events` of `readDbtRun` over the same files.
 */
export function createDbtRunReader(options: RunReaderOptions): RunReader {
  const reader = readerOf(options)
  const shapes = new StatementShapes(options.run, options.shapeKey)
  const nodes = new Map<string, BuiltRelation>()
  const note = (events: readonly DraftEvent[]): readonly DraftEvent[] => {
    for (const event of events) noteRelation(nodes, event)
    return events
  }
  return {
    push: (line, complete) => note(shapes.with(reader.push(line, complete))),
    finish(left) {
      const logEvents = note([...shapes.with(reader.end()), ...shapes.rest()])
      const rest = finishRun(options, reader.summary(), left)
      note(rest.events)
      return { ...rest, events: [...logEvents, ...rest.events], relations: [...nodes.values()] }
    },
  }
}

function readerOf(options: RunReaderOptions): LogReader {
  if (options.source === 'otel') return createOtelReader(options)
  if (options.source !== 'query-log' || options.invocation === undefined) return createDbtLogReader(options)
  return createQueryLogReader({ ...options, invocation: options.invocation, during: options.during ?? null })
}

function finishRun(options: RunReaderOptions, log: LogSummary, left: LeftArtifacts): FinishedRun {
  const { run, fingerprintKey } = options
  const judged = judge(options, log, left)
  const { manifest, runResults, sources, extras, invocation } = judged
  const ownManifest = manifest.kind === 'own' ? manifest.value : null
  const ownResults = runResults.kind === 'own' ? runResults.value : null
  const said = later(log.lastTime, ownResults?.generatedAt ?? ownManifest?.generatedAt ?? null)
  const end = said ?? options.startedAt ?? null
  const events: DraftEvent[] = []
  const add = (drafts: readonly DraftEvent[]) => {
    for (const draft of drafts) events.push(draft)
  }
  const artifacts: CapturedArtifact[] = []
  if (invocation !== null) {
    const alone = sources.kind === 'own' && ownResults === null
    if (!alone) add(claimDrafts({ run, invocation, manifest: ownManifest, runResults: ownResults }))
    if (sources.kind === 'own') {
      add(freshnessClaims(run, invocation, sources.value, alone ? { manifest: ownManifest } : null))
    }
    if (isKept(manifest)) artifacts.push(captured('manifest.json', manifest.bytes))
    if (isKept(runResults)) artifacts.push(captured('run_results.json', runResults.bytes))
    for (const { name, bytes, whose } of extras) if (whose === 'own') artifacts.push(captured(name, bytes))
    add(artifacts.map((artifact) => capturedDraft(run, invocation, end, artifact)))
    if (ownManifest !== null) {
      const files = left.sources ?? []
      add(sourceDrafts({ run, invocation, manifest: ownManifest, files, fingerprintKey }))
      if (left.repository !== undefined)
        add([repositoryDraft(run, invocation, ownManifest.generatedAt, left.repository)])
    }
  }
  add(leftOutOf(options.fileName, log, judged, left.leftOut ?? []).map((one) => leftOutDraft(run, one, end)))
  add(gapDrafts(run, log, judged, end))
  return {
    runId: run,
    invocation,
    logHeard: log.spoke,
    startedAt: log.firstTime ?? ownResults?.beganAt ?? ownManifest?.startedAt ?? ownManifest?.generatedAt ?? null,
    events,
    artifacts,
    relations: [],
    sourcePaths: ownManifest === null ? [] : sourcePathsOf(ownManifest),
    warnings: warningsOf(log, judged),
  }
}

/** What is this run's, and what cannot be read and would be lost with dbt's next run. */
function isKept<T>(state: ArtifactState<T>): state is Extract<ArtifactState<T>, { kind: 'own' | 'unreadable' }> {
  return state.kind === 'own' || state.kind === 'unreadable'
}

/** Decides whose the artefacts are; without a log, run_results names the invocation for the manifest. */
function judge(options: RunReaderOptions, log: LogSummary, left: LeftArtifacts): Judged {
  const run = options.wrapped ? options.run : null
  const asked = options.invocation ?? log.invocation
  const runResults = judgeArtifact(left.runResults, readRunResults, { invocation: asked, run })
  const known = asked ?? (runResults.kind === 'own' ? runResults.value.invocation : null)
  const manifest = judgeArtifact(left.manifest, readManifest, { invocation: known, run })
  const invocation = known ?? (manifest.kind === 'own' ? manifest.value.invocation : null)
  const extras = (left.extras ?? []).map((extra) => ({ ...extra, whose: judgeExtra(extra.bytes, invocation) }))
  const bytes = left.extras?.find(({ name }) => name === 'sources.json')?.bytes
  const sources = judgeArtifact(bytes, readSourcesJson, { invocation, run })
  return { manifest, runResults, sources, extras, invocation }
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
