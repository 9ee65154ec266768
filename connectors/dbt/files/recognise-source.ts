import { CarriedLines, isEvent } from './carried-line.js'
import { type LineBytes, linesOf } from './lines.js'

/** What a file is. `text-log`: dbt's log for people; `unknown`: none of dbt's files. */
export type SourceKind =
  | 'log'
  | 'otel'
  | 'query-log'
  | 'text-log'
  | 'manifest'
  | 'run-results'
  | 'sources'
  | 'catalog'
  | 'empty'
  | 'unknown'

export interface RecognisedSource {
  readonly kind: SourceKind
  /** A log whose lines another program carried: `plainLog` gives dbt's own. */
  readonly carried: boolean
}

/**
 * Tells what a file is by what stands in it, never by its name. `bytes`: UTF-8. One pass, which ends at the first line
 * that decides; a text log may go on as a JSON log.
 */
export function recogniseSource(bytes: LineBytes): RecognisedSource {
  const artifact = artifactIn(bytes)
  if (artifact !== null) return { kind: artifact, carried: false }
  const lines = new CarriedLines()
  let kind: SourceKind = 'empty'
  for (const { text } of linesOf(bytes)) {
    if (text.trim() === '') continue
    if (kind === 'empty') kind = 'unknown'
    if (SPAN.test(text)) return { kind: 'otel', carried: false }
    if (STATEMENT.test(text)) return { kind: 'query-log', carried: false }
    if (isEvent(text.trim())) return { kind: 'log', carried: false }
    if (lines.push(text).some(isEvent)) return { kind: 'log', carried: true }
    if (kind === 'unknown' && TEXT_LINE.test(text)) kind = 'text-log'
  }
  return { kind, carried: false }
}

const SPAN = /^\{[\s\S]{0,200}"record_type": ?"(?:SpanStart|SpanEnd|LogRecord)"/
const STATEMENT = /^-- created_at: [0-9]{4}-/
/** `20:42:29.847534 [info ] [MainThread]: ...` or the banner of a run; colours may stand before it. */
const TEXT_LINE =
  /^(?:\u001b\[[0-9;]*m)?(?:[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)? +(?:\[[a-z]+ *\] |Running with dbt)|={10,} [0-9:.]+ \| [0-9a-f-]{36} ={10,})/

const SCHEMA =
  /"dbt_schema_version"\s*:\s*"[^"]{0,200}\/dbt\/(manifest|run-results|sources|catalog)\/v[0-9]{1,4}\.json"/
/** `metadata` stands at an artefact's beginning; tools that sort members leave it between others. */
const LOOKED_AT = 1 << 16

function artifactIn(bytes: LineBytes): 'manifest' | 'run-results' | 'sources' | 'catalog' | null {
  const decoder = new TextDecoder()
  const head = decoder.decode(headOf(bytes).subarray(0, LOOKED_AT))
  if (!/^\s*\{\s*"/.test(head)) return null
  const found = SCHEMA.exec(head)?.[1]
  // A line of a log may quote the words; an artefact is one object that begins with none of a line's members.
  if (found === undefined || /^\s*\{\s*"(?:data|info|record_type|log)"/.test(head)) return null
  // Holds: the pattern names these four.
  return found as 'manifest' | 'run-results' | 'sources' | 'catalog'
}

/** The first portion of a file. */
export function headOf(bytes: LineBytes): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  for (const portion of bytes.portions()) return portion
  return new Uint8Array(0)
}
