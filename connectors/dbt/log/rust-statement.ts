import { label, nanosAsSeconds, nanosOf, utc } from '../drafts/index.js'
import { type Outcome, originOf, type Statement } from '../statements/index.js'
import type { LogLine } from './log-line.js'

/** The comment lines that the Rust engine puts before each statement in `query_log.sql` and in its log's messages. */
export interface StatementHeader {
  readonly node: string | null
  readonly startedAt: string | null
  readonly elapsedSeconds: string | null
  readonly outcome: Outcome
  readonly queryId: string | null
}

const FIELD = /^-- (created_at|finished_at|elapsed|outcome|dialect|node_id|query_id|desc): (.*)$/

/** Reads the header lines at the start of `lines`; null where there is none. `length`: how many lines it takes. */
export function readStatementHeader(
  lines: readonly string[],
): { readonly header: StatementHeader; readonly dialect: string | null; readonly length: number } | null {
  const fields = new Map<string, string>()
  let length = 0
  while (length < lines.length) {
    const field = FIELD.exec(lines[length]!)
    if (field === null || (length > 0 && field[1] === 'created_at')) break
    fields.set(field[1]!, field[2]!.trim())
    length += 1
  }
  if (!fields.has('created_at')) return null
  const startedAt = utc(fields.get('created_at'))
  const finishedAt = utc(fields.get('finished_at'))
  const header = {
    node: given(fields.get('node_id')),
    startedAt,
    elapsedSeconds:
      startedAt === null || finishedAt === null ? null : nanosAsSeconds(nanosOf(finishedAt) - nanosOf(startedAt)),
    outcome: rustOutcome(fields.get('outcome')),
    queryId: given(fields.get('query_id')),
  }
  return { header, dialect: given(fields.get('dialect')), length }
}

/**
 * A statement of the Rust engine's JSON log: one `SQLQuery` at the statement's *end*, whose message carries the header.
 * Null for every other line, also for the `SQLQuery` of dbt 1.x.
 */
export function readRustStatement(line: LogLine, place: () => number): Statement | null {
  if (line.info.name !== 'SQLQuery' || line.info.code !== 'E017') return null
  const head = readStatementHeader((line.info.msg ?? '').split('\n', 16))?.header
  const node = label(line.data.node_info?.unique_id) ?? head?.node ?? null
  return {
    ordinal: place(),
    node,
    origin: rustOrigin(node),
    connection: null,
    thread: label(line.info.thread),
    kind: 'statement',
    text: line.data.sql ?? null,
    startedAt: head?.startedAt ?? null,
    time: utc(line.info.ts),
    elapsedSeconds: head?.elapsedSeconds ?? null,
    outcome: head?.outcome ?? 'unknown',
    answer: null,
    queryId: head?.queryId ?? null,
  }
}

/** The Rust engine names the node of every statement but those of its own catalogue work. */
export function rustOrigin(node: string | null): Statement['origin'] {
  return node === null ? 'internal' : originOf(node, null)
}

/** `canceled` is what the client asked for; whether the server had finished is not told. */
export function rustOutcome(word: string | undefined): Outcome {
  return word === 'success' || word === 'error' ? word : 'unknown'
}

function given(value: string | undefined): string | null {
  return value === undefined || value === 'not available' ? null : label(value)
}
