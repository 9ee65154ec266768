import * as z from 'zod'
import { label } from '../drafts/index.js'
import { parsePythonJson } from '../files/index.js'

/** Members are optional and of any wrong type forgiven: releases add, drop and retype them; `info` alone is needed. */
const text = z.string().optional().catch(undefined)
const number = z.number().optional().catch(undefined)

const nodeInfo = z
  .looseObject({
    unique_id: text,
    resource_type: text,
    materialized: text,
    node_started_at: text,
    node_finished_at: text,
    node_status: text,
    node_relation: z
      .looseObject({ database: text, schema: text, alias: text, relation_name: text })
      .optional()
      .catch(undefined),
  })
  .optional()
  .catch(undefined)
export type NodeInfo = NonNullable<z.infer<typeof nodeInfo>>

const runResult = z
  .looseObject({
    status: text,
    message: text,
    execution_time: number,
    num_failures: number,
    thread: text,
    adapter_response: z.record(z.string(), z.unknown()).optional().catch(undefined),
    timing_info: z
      .array(z.looseObject({ name: text, started_at: text, completed_at: text }))
      .optional()
      .catch(undefined),
  })
  .optional()
  .catch(undefined)
export type LogRunResult = NonNullable<z.infer<typeof runResult>>

const logLine = z.looseObject({
  info: z.looseObject({
    name: z.string(),
    ts: z.string(),
    msg: text,
    code: text,
    thread: text,
    invocation_id: text,
    extra: z.record(z.string(), z.unknown()).optional().catch(undefined),
  }),
  data: z
    .looseObject({
      // statements
      sql: text,
      conn_name: text,
      status: text,
      elapsed: number,
      query_id: text,
      base_msg: text,
      name: text,
      exc: text,
      node_info: nodeInfo,
      // nodes, hooks, tests
      run_result: runResult,
      execution_time: number,
      attached_node: text,
      num_failures: number,
      // the invocation
      version: text,
      adapter_name: text,
      target: text,
      target_name: text,
      num_threads: number,
      node_count: number,
      args: z.record(z.string(), z.unknown()).optional().catch(undefined),
      results: z
        .array(z.looseObject({ status: text }))
        .optional()
        .catch(undefined),
      success: z.boolean().optional().catch(undefined),
      completed_at: text,
      command: text,
    })
    .catch({}),
})
export type LogLine = z.infer<typeof logLine>

/** What of a line shows whether lines around it are missing. */
export interface LogStep {
  readonly name: string
  readonly thread: string
  readonly node: string | null
  /** The name of the connection that it speaks of. */
  readonly connection: string | null
  /** The name that the connection had before. */
  readonly formerly: string | null
}

/** What a line of a dbt log file is. */
export type ReadLine =
  | { readonly kind: 'event'; readonly envelope: Envelope; readonly line: LogLine }
  | { readonly kind: 'blank' }
  /** Valid JSON of an event that no record is made of: only its envelope was looked at. */
  | { readonly kind: 'other'; readonly envelope: Envelope }
  /** Not a JSON event of dbt 1.4 or later. */
  | { readonly kind: 'unreadable' }

/** What every line of dbt's JSON log says of itself. */
export interface Envelope {
  readonly invocation: string | null
  /** The wrapper's run id, as the line's own text gives it. */
  readonly runId: string | null
  readonly ts: string
  readonly step: LogStep
}

/** Events that records are made of. Others only say to which invocation they belong. */
const USED = new Set([
  'MainReportVersion',
  'MainReportArgs',
  'AdapterRegistered',
  'StateCheckVarsHash',
  'ConcurrencyLine',
  'SQLQuery',
  'SQLQueryStatus',
  'SQLCommit',
  'Rollback',
  'RollbackFailed',
  'AdapterEventDebug',
  'AdapterEventError',
  'CatchableExceptionOnRun',
  'InternalErrorOnRun',
  'GenericExceptionOnRun',
  'NodeStart',
  'LogStartLine',
  'NodeFinished',
  'LogTestResult',
  'LogCancelLine',
  'LogHookStartLine',
  'LogHookEndLine',
  'EndRunResult',
  'CommandCompleted',
  'FlushEvents',
])

/** Reads one line of the JSON log as Python writes it. Never throws. */
export function readLogLine(line: string): ReadLine {
  if (line.trim() === '') return { kind: 'blank' }
  // What is no object is not worth a scan: text logs are long.
  const parsed = line.trimStart().startsWith('{') ? parsePythonJson(line) : ({ ok: false } as const)
  if (!parsed.ok) return { kind: 'unreadable' }
  const read = envelopeSchema.safeParse(parsed.value)
  if (!read.success) return { kind: 'unreadable' }
  const { info, data } = read.data
  const envelope: Envelope = {
    invocation: label(info.invocation_id),
    runId: info.extra?.CLYRA_RUN_ID ?? null,
    ts: info.ts,
    step: {
      name: info.name,
      thread: info.thread ?? '',
      node: data?.node_info?.unique_id ?? null,
      connection: data?.conn_name ?? null,
      formerly: data?.orig_conn_name ?? null,
    },
  }
  if (!USED.has(info.name)) return { kind: 'other', envelope }
  const full = logLine.safeParse(parsed.value)
  return full.success ? { kind: 'event', envelope, line: full.data } : { kind: 'unreadable' }
}

const envelopeSchema = z.object({
  info: z.object({
    name: z.string(),
    ts: z.string(),
    thread: text,
    invocation_id: text,
    extra: z.object({ CLYRA_RUN_ID: text }).optional().catch(undefined),
  }),
  data: z
    .object({
      conn_name: text,
      orig_conn_name: text,
      node_info: z.object({ unique_id: text }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})
