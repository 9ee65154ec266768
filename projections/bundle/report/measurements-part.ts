import type { RunView } from '../../run/index.js'
import { byteSize, dash, grouped, name, orDash, seconds } from './format.js'
import { type Html, html, type Part } from './html.js'
import { marked, part, table } from './table.js'

type Metric = RunView['metrics'][number]

/** What was measured while the run was recorded; nothing where nothing was. */
export function measurementsPart({ metrics }: RunView): Html | null {
  if (metrics.length === 0) return null
  return part({
    id: 'measurements',
    title: 'Measurements',
    lead: null,
    body: table(
      'Measurements',
      [{ title: 'What' }, { title: 'Value', number: true }, { title: 'Limit', number: true }, { title: 'Of' }],
      metrics.map((metric) => ({
        cells: [
          html`<code>${metric.what}</code>`,
          value(metric, metric.max ?? metric.p50),
          limit(metric),
          orDash(metric.subject === null ? null : name(metric.subject)),
        ],
      })),
    ),
  })
}

function value({ unit }: Metric, fraction: string | null): Part {
  if (fraction === null) return dash
  if (unit === 'seconds') return seconds(fraction)
  const whole = fraction.split('.')[0] ?? fraction
  return unit === 'bytes' ? byteSize(whole) : grouped(whole)
}

function limit(metric: Metric): Part {
  if (metric.budget === null) return dash
  const bound = value(metric, metric.budget)
  return metric.within === false ? marked('warn', html`over ${bound}`) : bound
}
