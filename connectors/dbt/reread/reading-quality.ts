import { SOURCES } from '../drafts/index.js'
import type { SomeEvent } from '../reconcile/index.js'

/** Which file spoke as the log, best first: spans tell more than the log, the log more than its statements alone. */
const SOURCES_BY_WORTH: readonly (string | null)[] = [SOURCES.otel, SOURCES.log, SOURCES.queryLog]

/** How whole one reading of a run's log is, in facts that its records hold. */
export interface LogQuality {
  /** The source of its records, as `SOURCES` names them; null where no log spoke. */
  readonly source: string | null
  /** It begins where dbt began. */
  readonly start: boolean
  /** It holds dbt's own end. */
  readonly end: boolean
  /** Nothing is known to be missing between the two. */
  readonly unbroken: boolean
  readonly unreadableLines: number
  readonly statements: number
  /** Nodes, tests and hooks of which it tells. */
  readonly nodes: number
}

/** How whole one reading of a run's claims is. */
export interface ClaimQuality {
  /** `run_results.json` of this run was read. */
  readonly results: boolean
  /** `manifest.json` of this run was read. */
  readonly manifest: boolean
  /** Nodes, tests and sources that it tells of. */
  readonly nodes: number
}

/** Of the drafts, or the records, of one reading. Their order does not matter. */
export function logQualityOf(events: Iterable<SomeEvent & { readonly source?: string }>): LogQuality {
  let source: string | null = null
  let statements = 0
  let nodes = 0
  const gaps = new Map<string, number>()
  for (const event of events) {
    // Holds: the events are of a reader of this package, or were admitted under their schema.
    const data = event.data as { voice?: string; reason?: string; count?: number | null }
    if (event.type === 'dev.clyra.run.gap.v1') gaps.set(data.reason ?? '', data.count ?? 0)
    if (data.voice !== 'log') continue
    source ??= event.source ?? null
    if (event.type === 'dev.clyra.dbt.statement.executed.v1') statements += 1
    if (event.type === 'dev.clyra.dbt.node.executed.v1' || event.type === 'dev.clyra.dbt.test.result.v1') nodes += 1
  }
  const heard = source !== null
  return {
    source,
    start: heard && !gaps.has('log-no-start'),
    end: heard && !gaps.has('log-no-end'),
    unbroken: heard && !gaps.has('log-broken') && !gaps.has('log-truncated'),
    unreadableLines: gaps.get('log-unreadable-lines') ?? 0,
    statements,
    nodes,
  }
}

const CLAIMED: ReadonlySet<string> = new Set([
  'dev.clyra.dbt.node.executed.v1',
  'dev.clyra.dbt.test.result.v1',
  'dev.clyra.dbt.source.freshness.v1',
])

/** Of the drafts, or the records, of one reading. Their order does not matter. */
export function claimQualityOf(events: Iterable<SomeEvent>): ClaimQuality {
  let heard = false
  let results = false
  let nodes = 0
  const gaps = new Set<string>()
  for (const event of events) {
    // Holds: as above.
    const data = event.data as { voice?: string; reason?: string }
    if (event.type === 'dev.clyra.run.gap.v1') gaps.add(data.reason ?? '')
    if (data.voice !== 'claim') continue
    heard = true
    results ||= event.type === 'dev.clyra.dbt.invocation.completed.v1'
    if (CLAIMED.has(event.type)) nodes += 1
  }
  const manifest = !['missing', 'stale'].some((what) => gaps.has(`artifact-manifest-${what}`))
  return { results, manifest: heard && manifest && !gaps.has('artifact-unreadable'), nodes }
}

/**
 * A total order of readings of one run's log: positive where `a` is the more complete one, 0 where neither is. An end
 * counts more than a beginning, both more than a whole middle; then the better source, as where all lie there at once;
 * then fewer unreadable lines, more statements, more nodes.
 */
export function compareLogs(a: LogQuality, b: LogQuality): number {
  return (
    Number(a.source !== null) - Number(b.source !== null) ||
    Number(a.end) - Number(b.end) ||
    Number(a.start) - Number(b.start) ||
    Number(a.unbroken) - Number(b.unbroken) ||
    worth(a.source) - worth(b.source) ||
    b.unreadableLines - a.unreadableLines ||
    a.statements - b.statements ||
    a.nodes - b.nodes
  )
}

/** The same of readings of the artefacts. */
export function compareClaims(a: ClaimQuality, b: ClaimQuality): number {
  return Number(a.results) - Number(b.results) || Number(a.manifest) - Number(b.manifest) || a.nodes - b.nodes
}

function worth(source: string | null): number {
  const at = SOURCES_BY_WORTH.indexOf(source)
  return at < 0 ? 0 : SOURCES_BY_WORTH.length - at
}
