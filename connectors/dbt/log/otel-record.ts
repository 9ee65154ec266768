import * as z from 'zod'

const text = z.string().nullish().catch(undefined)
const record = z.object({
  record_type: z.enum(['SpanStart', 'SpanEnd', 'LogRecord']),
  trace_id: text,
  span_id: text,
  start_time_unix_nano: text,
  end_time_unix_nano: text,
  event_type: text,
  status: z
    .object({ message: text, code: z.number().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  attributes: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})
export type OtelRecord = z.infer<typeof record>

/** One line of `otel.jsonl`; null where it is no record of it. */
export function parseRecord(line: string): OtelRecord | null {
  try {
    const read = record.safeParse(JSON.parse(line))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** A trace id is the invocation id without its hyphens. */
export function invocationOfTrace(trace: string | null | undefined): string | null {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(trace ?? '')
  return parts === null ? null : parts.slice(1).join('-')
}
