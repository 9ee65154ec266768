import { timestampOfNanos, utc } from '../drafts/index.js'
import { type LineBytes, linesOf } from './lines.js'

/** An invocation of which a log tells. */
export interface LoggedInvocation {
  readonly id: string
  /** The time of its first line, where that says one. */
  readonly begins: string | null
  /** The wrapper's run id, where its lines carry one. */
  readonly runId: string | null
}

/** What a log file holds, found without reading its events. */
export interface LogScan {
  /** In the order of their first lines. */
  readonly invocations: readonly LoggedInvocation[]
  /** Lines of text that are no JSON. */
  readonly otherLines: number
  /** All that are not blank. */
  readonly lines: number
}

const INVOCATION = /"invocation_id": ?"([A-Za-z0-9._:~-]{1,200})"/g
const TIME = /"ts": ?"([0-9TZ:.+-]{19,40})"/g
const START = /"start_time_unix_nano": ?"([0-9]{1,19})"/
const RUN_ID = /"CLYRA_RUN_ID": ?"([A-Za-z0-9._:~-]{1,200})"/g
const TRACE = /"trace_id": ?"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})"/

/**
 * Finds the invocations of a JSON log: dbt appends every run to the same file. Quotes inside SQL texts are escaped, so
 * an unescaped `"invocation_id": "` is the envelope's, and the last one of a line stands outside `data`.
 */
export function scanLog(bytes: LineBytes): LogScan {
  const found = new Map<string, Omit<LoggedInvocation, 'id'>>()
  let otherLines = 0
  let lines = 0
  for (const { text } of linesOf(bytes)) {
    if (text.trim() === '') continue
    lines += 1
    const id = text.startsWith('{') && text.includes('"info"') ? last(text, INVOCATION) : undefined
    if (id === undefined) {
      if (!text.startsWith('{')) otherLines += 1
      continue
    }
    const known = found.get(id)
    if (known === undefined) {
      found.set(id, { begins: utc(last(text, TIME)), runId: last(text, RUN_ID) ?? null })
    } else if (known.runId === null) {
      const runId = last(text, RUN_ID)
      if (runId !== undefined) found.set(id, { ...known, runId })
    }
  }
  return { invocations: [...found].map(([id, one]) => ({ id, ...one })), otherLines, lines }
}

/** The invocations of the Rust engine's OTel file: a trace id is an invocation id without its hyphens. */
export function scanOtel(bytes: LineBytes): readonly Omit<LoggedInvocation, 'runId'>[] {
  const found = new Map<string, string | null>()
  for (const { text } of linesOf(bytes)) {
    const id = TRACE.exec(text)?.slice(1).join('-')
    if (id !== undefined && !found.has(id)) found.set(id, timestampOfNanos(START.exec(text)?.[1]))
  }
  return [...found].map(([id, begins]) => ({ id, begins }))
}

function last(text: string, pattern: RegExp): string | undefined {
  let value: string | undefined
  for (const match of text.matchAll(pattern)) value = match[1]
  return value
}
