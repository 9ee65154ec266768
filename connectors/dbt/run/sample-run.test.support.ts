import type { DraftEvent } from '../../../src/events/index.js'
import { LogBuilder, manifestOf, runResultsOf } from '../../../test/dbt/dbt-files.js'
import type { DbtRunFiles } from './read-dbt-run.js'

export const MODEL = 'model.shop.orders'
export const TEST = 'test.shop.unique_orders'
export const KEY = new Uint8Array(32).fill(9)

export function wholeLog(options: { invocation?: string; runId?: string } = {}): LogBuilder {
  return new LogBuilder()
    .start(options)
    .nodeStart(MODEL, options)
    .statement("insert into orders select 'CANARY-SQL'", 'INSERT 0 3', MODEL, options)
    .commit(MODEL, options)
    .nodeEnd(
      MODEL,
      'success',
      { message: 'CANARY-MESSAGE', adapter_response: { code: 'INSERT', rows_affected: 3 } },
      options,
    )
    .nodeStart(TEST, options)
    .nodeEnd(TEST, 'pass', { num_failures: 0 }, options)
    .end(true, options)
}

export const RESULTS = [
  {
    unique_id: MODEL,
    status: 'success',
    message: 'CANARY-CLAIM',
    adapter_response: { code: 'INSERT', rows_affected: 3 },
  },
  { unique_id: TEST, status: 'pass', failures: 0 },
]

export function files(extra: Partial<DbtRunFiles> = {}): DbtRunFiles {
  return {
    log: wholeLog().bytes,
    manifest: manifestOf(),
    runResults: runResultsOf(RESULTS),
    fingerprintKey: KEY,
    ...extra,
  }
}

export const CAPTURED = 'dev.clyra.artifact.captured.v1'

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

export function kinds(events: readonly DraftEvent[]): string[] {
  return events.map((event) => {
    const { voice, reason } = event.data as { voice?: string; reason?: string }
    return [event.type.replace('dev.clyra.', '').replace('.v1', ''), voice ?? reason].filter(Boolean).join(' ')
  })
}
