import * as z from 'zod'

const line = z.object({
  info: z.object({
    ts: z.string(),
    level: z.string().catch('info'),
    msg: z.string().catch(''),
    thread: z.string().catch('MainThread'),
    invocation_id: z.string().optional().catch(undefined),
    name: z.string().catch(''),
  }),
})

/**
 * A line of dbt's JSON log as the text that dbt itself would have written to `logs/dbt.log`, so that the file which
 * people look into is there although dbt was told to write JSON elsewhere. What is no JSON event is passed on as it
 * is; empty messages give nothing.
 */
export function readableLogLine(text: string): string {
  const read = parseLine(text)
  if (read === undefined) return text
  const { ts, level, msg, thread, invocation_id: invocation, name } = read.info
  const clock = /T([0-9:.]+)/.exec(ts)?.[1] ?? ts
  const banner =
    name === 'MainReportVersion' && invocation !== undefined
      ? `\n${'='.repeat(30)} ${clock} | ${invocation} ${'='.repeat(30)}\n`
      : ''
  return `${banner}${clock} [${level.padEnd(5)}] [${thread.slice(0, 10)}]: ${msg}`
}

function parseLine(text: string): z.infer<typeof line> | undefined {
  try {
    const read = line.safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
