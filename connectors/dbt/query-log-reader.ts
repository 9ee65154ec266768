import type { DraftEvent } from '../../src/events/index.js'
import { SOURCES } from './drafts.js'
import { gapDraft } from './gap.js'
import { noFacts } from './invocation.js'
import type { LogReader, LogReaderOptions, LogSummary } from './log-reader.js'
import { readStatementHeader, rustOrigin } from './rust-statement.js'
import { statementDraft } from './statement.js'
import { later, nanosOf } from './times.js'

/**
 * Reads the Rust engine's `query_log.sql`: each statement after comment lines that say when, for which node and with
 * what outcome. It names neither invocation nor nodes' ends, so it is the last resort, and the caller has to say which
 * invocation it is for: statements from before that invocation's UUIDv7 are left out.
 */
export function createQueryLogReader(options: LogReaderOptions & { readonly invocation: string }): LogReader {
  const { run, invocation, fingerprintKey } = options
  const since = uuidV7Millis(invocation)
  const facts = { ...noFacts(), engine: 'dbt-fusion' as const }
  let block: string[] = []
  let next = 0
  let firstTime: string | null = null
  let lastTime: string | null = null
  const counts = { lines: 0, unreadable: 0, foreign: 0 }

  const flush = (): DraftEvent[] => {
    const lines = block
    block = []
    if (lines.every((line) => line.trim() === '')) return []
    const head = readStatementHeader(lines)
    if (head === null) {
      counts.unreadable += 1
      return []
    }
    const { header, dialect, length } = head
    if (since !== null && header.startedAt !== null && nanosOf(header.startedAt) < since * 1_000_000n) {
      counts.foreign += 1
      return []
    }
    firstTime ??= header.startedAt
    lastTime = later(lastTime, header.startedAt)
    facts.adapter ??= dialect
    const text = lines.slice(length).join('\n').trimEnd().replace(/;$/, '')
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
    end: () => [...flush(), gapDraft(run, 'log-no-end', lastTime)],
    summary: (): LogSummary => ({
      voice: 'log',
      source: 'query-log',
      invocation,
      facts,
      firstTime,
      lastTime,
      ended: false,
      selected: null,
      begun: new Map(),
      finished: new Set(),
      ...counts,
      orphans: 0,
    }),
  }
}

function uuidV7Millis(id: string): bigint | null {
  const parts = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id)
  return parts === null ? null : BigInt(`0x${parts[1]}${parts[2]}`)
}
