import { hex, utf8 } from './bytes.js'
import type { JsonObject, JsonValue } from './json.js'
import type { LogRecord } from './record.js'
import { memberOf } from './record-data.js'
import { SPEC } from './spec.generated.js'

/** What a run's records measured: the manifest's `performance`. The last word on each `what` and `subject` counts. */
export function performanceOf(run: readonly LogRecord[]): JsonObject {
  const last = new Map<string, Measurement>()
  for (const record of run) {
    if (record.type !== 'dev.clyra.metrics.observed.v1') continue
    const what = memberOf(record.data, 'what')
    if (typeof what !== 'string') continue
    const one = measurement(what, record.data)
    last.set(place(one), one)
  }
  const all = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  const within = (value: boolean) => String(all.filter((one) => one.within === value).length)
  const observed = all.slice(0, SPEC.limits.observed)
  return { observed, unlisted: String(all.length - observed.length), kept: within(true), exceeded: within(false) }
}

type Measurement = ReturnType<typeof measurement>

function measurement(what: string, data: JsonValue) {
  const word = (name: string): string | null => {
    const value = memberOf(data, name)
    return typeof value === 'string' ? value : null
  }
  const within = memberOf(data, 'within')
  return {
    what,
    subject: word('subject'),
    unit: word('unit'),
    from: word('from'),
    to: word('to'),
    count: word('count'),
    p50: word('p50'),
    p95: word('p95'),
    p99: word('p99'),
    max: word('max'),
    budget: word('budget'),
    within: typeof within === 'boolean' ? within : null,
  }
}

/** Text order of these is the order by the bytes of `what`, then of `subject`, null first. */
const place = ({ what, subject }: Measurement): string =>
  `${hex(utf8(what))} ${subject === null ? '' : `+${hex(utf8(subject))}`}`
