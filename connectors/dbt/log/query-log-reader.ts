import type { DraftEvent } from '../../../src/events/index.js'
import { gapDraft, later, nanosOf, noFacts, SOURCES } from '../drafts/index.js'
import { statementDraft } from '../statements/index.js'
import type { LogReader, LogReaderOptions, LogSummary } from './log-reader.js'
import { readStatementHeader, rustOrigin } from './rust-statement.js'

/** From when to when a run went on, both inclusive. */
export interface TimeSpan {
  readonly from: string
  readonly to: string
}

/**
 * Reads the Rust engine's `query_log.sql`: each statement after comment lines that say when, for which node and with
 * what outcome. It names neither invocation nor nodes' ends, so it is the last resort, and a statement counts only
 * where it shows whose it is: its query comment names the invocation, or it began within the run's time.
 */
export function createQueryLogReader(
  options: LogReaderOptions & { readonly invocation: string; readonly during: TimeSpan | null },
): LogReader {
  const { run, invocation, fingerprintKey, during } = options
  const facts = { ...noFacts(), engine: 'dbt-fusion' as const }
  let block: string[] = []
  let next = 0
  let firstTime: string | null = null
  let lastTime: string | null = null
  const counts = { lines: 0, foreign: 0, otherLines: 0 }

  const flush = (): DraftEvent[] => {
    const lines = block
    block = []
    if (lines.every((line) => line.trim() === '')) return []
    const head = readStatementHeader(lines)
    if (head === null) {
      counts.otherLines += lines.length
      return []
    }
    const { header, dialect, length } = head
    const text = lines.slice(length).join('\n').trimEnd().replace(/;$/, '')
    const named = IN_COMMENT.exec(text)?.[1]
    if (named === undefined ? !within(header.startedAt, during) : named !== invocation) {
      counts.foreign += 1
      return []
    }
    firstTime ??= header.startedAt
    lastTime = later(lastTime, header.startedAt)
    facts.adapter ??= dialect
    const context = { run, source: SOURCES.queryLog, invocation, fingerprintKey, adapter: dialect }
    return [
      statementDraft(context, {
        ...header,
        ordinal: next++,
        origin: rustOrigin(header.node),
        connection: null,
        thread: null,
        kind: 'statement',
        text,
        time: header.startedAt,
        answer: null,
      }),
    ]
  }

  return {
    push(line) {
      counts.lines += 1
      const starts = line.startsWith('-- created_at: ')
      const events = starts ? flush() : []
      block.push(line)
      return events
    },
    end: () => {
      const last = flush()
      return next === 0 ? last : [...last, gapDraft(run, 'log-no-end', lastTime)]
    },
    summary: (): LogSummary => ({
      voice: 'log',
      source: 'query-log',
      invocation: next === 0 ? null : invocation,
      facts,
      firstTime,
      lastTime,
      spoke: next > 0,
      damaged: true,
      ended: false,
      selected: null,
      begun: new Map(),
      finished: new Set(),
      ...counts,
      unreadable: 0,
      orphans: 0,
    }),
  }
}

/** The invocation id of a query comment that names it. */
const IN_COMMENT = /^\s*\/\*[^*]{0,2000}"invocation_id": ?"([A-Za-z0-9._:~-]{1,200})"/

function within(time: string | null, during: TimeSpan | null): boolean {
  if (time === null || during === null) return false
  return nanosOf(time) >= nanosOf(during.from) && nanosOf(time) <= nanosOf(during.to)
}
