import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import type { ArtifactState, Judged } from '../artifacts/index.js'
import { gapDraft, type LeftOut } from '../drafts/index.js'
import { commandExpectation, writesNothing } from '../expectations/index.js'
import type { LogSummary } from '../log/index.js'
import { nodesWithoutResult } from './nodes-without-result.js'

/** What is missing of a run, one event for each reason. */
export function gapDrafts(run: string, log: LogSummary, judged: Judged, time: string | null): DraftEvent[] {
  const found: DraftEvent[] = []
  const gap = (reason: GapReason, count: number | null = null) => found.push(gapDraft(run, reason, time, count))
  const { manifest, runResults, sources } = judged
  const results = runResults.kind === 'own' ? runResults.value : null
  const expected = commandExpectation(log.facts.command ?? results?.command ?? null, log.facts.engine)
  const absent = (state: ArtifactState<unknown>, name: 'manifest' | 'run-results' | 'sources') => {
    if (state.kind === 'missing' || state.kind === 'stale') gap(`artifact-${name}-${state.kind}`)
  }
  if (!log.spoke) gap('log-missing')
  const silent = writesNothing(log.facts.arguments)
  if (expected.manifest === 'always' && !silent) absent(manifest, 'manifest')
  if (expected.runResults === 'always' && !silent) absent(runResults, 'run-results')
  if (expected.sources === 'always') absent(sources, 'sources')
  const unreadable = [manifest, runResults, sources].filter((state) => state.kind === 'unreadable').length
  if (unreadable > 0) gap('artifact-unreadable', unreadable)
  const without = nodesWithoutResult(log, results)
  if (without > 0) gap('nodes-without-result', without)
  return found
}

const FILES = { log: 'dbt.log', otel: 'otel.jsonl', 'query-log': 'query_log.sql' } as const

/** What lay with the run's files and is not in the record, by name. `found`: what the program could not hand over. */
export function leftOutOf(
  fileName: string | undefined,
  log: LogSummary,
  judged: Judged,
  found: readonly LeftOut[],
): LeftOut[] {
  const left: LeftOut[] = [...found]
  const file = { source: log.source, name: fileName ?? FILES[log.source] }
  if (log.foreign > 0) left.push({ ...file, reason: 'another-run', count: log.foreign })
  if (log.otherLines > 0) left.push({ ...file, reason: 'unrecognised', count: log.otherLines })
  const artifacts = [
    ['manifest', 'manifest.json', judged.manifest.kind],
    ['run-results', 'run_results.json', judged.runResults.kind],
    ...judged.extras.map(({ name, whose }) => [name === 'sources.json' ? 'sources' : 'catalog', name, whose] as const),
  ] as const
  for (const [source, name, state] of artifacts) {
    if (state === 'stale' || state === 'another-run') left.push({ source, name, reason: 'another-run', count: null })
    if (state === 'unreadable') left.push({ source, name, reason: 'unreadable', count: null })
  }
  return left
}

/** Sentences for people; never part of a record. */
export function warningsOf(log: LogSummary, { manifest, runResults, sources }: Judged): string[] {
  const found: string[] = []
  if (log.foreign > 0) found.push(`${log.foreign} lines of the log belong to other invocations and were left out`)
  if (log.orphans > 0) found.push(`${log.orphans} answers in the log belong to statements whose lines are missing`)
  for (const [name, state] of [
    ['manifest.json', manifest],
    ['run_results.json', runResults],
    ['sources.json', sources],
  ] as const) {
    if (state.kind === 'stale') found.push(`${name} belongs to another invocation and was left out`)
    if (state.kind === 'unreadable')
      found.push(`${state.error.message}; its bytes are kept, what it says is not recorded`)
    if (state.kind === 'own') for (const note of state.value.notes) found.push(note)
  }
  return found
}
