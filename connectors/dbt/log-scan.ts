import { linesOf } from './lines.js'

/** What a log file holds, found without reading its events. */
export interface LogScan {
  /** Invocations in the order of their first lines, each with the wrapper's run id where its lines carry one. */
  readonly invocations: readonly { readonly id: string; readonly runId: string | null }[]
  /** Lines of text that are no JSON. */
  readonly otherLines: number
}

const INVOCATION = /"invocation_id": ?"([A-Za-z0-9._:~-]{1,200})"/g
const RUN_ID = /"CLYRA_RUN_ID": ?"([A-Za-z0-9._:~-]{1,200})"/g
const TRACE = /"trace_id": ?"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})"/

/**
 * Finds the invocations of a JSON log: dbt appends every run to the same file. Quotes inside SQL texts are escaped, so
 * an unescaped `"invocation_id": "` is the envelope's, and the last one of a line stands outside `data`.
 */
export function scanLog(bytes: Uint8Array): LogScan {
  const found = new Map<string, string | null>()
  let otherLines = 0
  for (const { text } of linesOf(bytes)) {
    if (text.trim() === '') continue
    const id = text.startsWith('{') ? last(text, INVOCATION) : undefined
    if (id === undefined) {
      if (!text.startsWith('{')) otherLines += 1
      continue
    }
    if (found.get(id) == null) found.set(id, last(text, RUN_ID) ?? null)
  }
  return { invocations: [...found].map(([id, runId]) => ({ id, runId })), otherLines }
}

/** The invocations of the Rust engine's OTel file: a trace id is an invocation id without its hyphens. */
export function scanOtel(bytes: Uint8Array): readonly string[] {
  const found = new Set<string>()
  for (const { text } of linesOf(bytes)) {
    const trace = TRACE.exec(text)
    if (trace !== null) found.add(trace.slice(1).join('-'))
  }
  return [...found]
}

function last(text: string, pattern: RegExp): string | undefined {
  let value: string | undefined
  for (const match of text.matchAll(pattern)) value = match[1]
  return value
}
