import type { DraftEvent } from '../../../src/events/index.js'
import { count, draftOf } from '../drafts/index.js'
import type { Does } from '../expectations/index.js'

export type ResponseEvent = DraftEvent<'dev.clyra.dbt.node.response.v1'>

/** Whose answer it is: one node of one voice. `nth`: a node that ends twice answers twice. */
export interface Answered {
  readonly run: string
  readonly source: string
  readonly invocation: string
  readonly voice: 'claim' | 'log'
  readonly node: string
  readonly nth: number
  readonly time: string | null
  readonly does: Does
}

/** A microbatch model's batches, as run_results lists them. */
export interface Batches {
  readonly successful: readonly unknown[]
  readonly failed: readonly unknown[]
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$/
const PLACE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/
const CODE = /^[A-Za-z][A-Za-z_ ]{0,63}$/

const word = (grammar: RegExp) => (value: unknown) => (typeof value === 'string' && grammar.test(value) ? value : null)

/**
 * Members that the adapters of Snowflake, BigQuery, Redshift, Databricks, Athena and Trino write, each with the
 * grammar that its values have: a value of another form could be text of the user's.
 */
const KEPT: Readonly<Record<string, (value: unknown) => string | null>> = {
  bytes_billed: count,
  bytes_processed: count,
  data_scanned_in_bytes: count,
  job_id: word(ID),
  location: word(PLACE),
  project_id: word(PLACE),
  query_id: word(ID),
  rows_deleted: count,
  rows_duplicates: count,
  rows_inserted: count,
  rows_updated: count,
  session_id: word(ID),
  slot_ms: count,
  statement_id: word(ID),
}

/** Code and rows stand in the node's own record, unless nothing was built: then they are those of a `show`. */
const TOLD: Readonly<Record<string, (value: unknown) => string | null>> = { code: word(CODE), rows_affected: count }

/** Code and rows once more, as one text. */
const REPEATS = new Set(['_message', 'message'])

const MOST = 64

/**
 * The record of what the adapter answered for a node, beside code and rows; null where that was nothing. What is not
 * kept is named. A member that is null or empty, or -1 rows ("not known"), is nothing.
 */
export function responseDraft(
  answered: Answered,
  response: Readonly<Record<string, unknown>> | undefined,
  batches: Batches | null = null,
): ResponseEvent | null {
  const members: [string, string][] = []
  const leftOut = new Set<string>()
  for (const [name, value] of Object.entries(response ?? {})) {
    if (value === null || value === '' || REPEATS.has(name)) continue
    const told = Object.hasOwn(TOLD, name)
    if (told && (answered.does !== 'compiles' || value === -1)) continue
    const read = told ? TOLD[name] : Object.hasOwn(KEPT, name) ? KEPT[name] : undefined
    const kept = read?.(value) ?? null
    if (kept === null) leftOut.add(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name) ? name : 'unnamed')
    else members.push([name, kept])
  }
  if (members.length === 0 && leftOut.size === 0 && batches === null) return null
  const { run, source, invocation, voice, node, nth, time } = answered
  const key = `${invocation}/${voice}/response/${node}${nth > 1 ? `/${nth}` : ''}`
  return draftOf(run, source, key, 'dev.clyra.dbt.node.response.v1', time, {
    voice,
    invocation,
    node,
    members: members.sort(([a], [b]) => (a < b ? -1 : 1)),
    leftOut: [...leftOut].sort().slice(0, MOST),
    batches:
      batches === null ? null : { succeeded: String(batches.successful.length), failed: String(batches.failed.length) },
  })
}
