import * as z from 'zod'

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

/** What a line of a dbt log file is. */
export type ReadLine =
  | { readonly kind: 'event'; readonly line: LogLine }
  | { readonly kind: 'blank' }
  /** Valid JSON of an event that no record is made of: only its envelope was looked at. */
  | { readonly kind: 'other'; readonly invocation: string | undefined; readonly runId: string | undefined }
  /** Not a JSON event of dbt 1.4 or later. */
  | { readonly kind: 'unreadable' }

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
  'LogHookStartLine',
  'LogHookEndLine',
  'EndRunResult',
  'CommandCompleted',
])

/** Reads one line of the JSON log. Never throws. */
export function readLogLine(line: string): ReadLine {
  if (line.trim() === '') return { kind: 'blank' }
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return { kind: 'unreadable' }
  }
  const envelope = envelopeSchema.safeParse(parsed)
  if (!envelope.success) return { kind: 'unreadable' }
  const { name, invocation_id: invocation, extra } = envelope.data.info
  if (!USED.has(name)) return { kind: 'other', invocation, runId: extra?.CLYRA_RUN_ID }
  const full = logLine.safeParse(parsed)
  return full.success ? { kind: 'event', line: full.data } : { kind: 'unreadable' }
}

const envelopeSchema = z.looseObject({
  info: z.looseObject({
    name: z.string(),
    ts: z.string(),
    invocation_id: text,
    extra: z.looseObject({ CLYRA_RUN_ID: text }).optional().catch(undefined),
  }),
})
