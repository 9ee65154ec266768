import type { RunView } from '../../projections/run/index.js'
import { hex, utf8 } from '../../src/canonical/index.js'

type Metric = RunView['metrics'][number]
export type Measurement = Omit<Metric, 'position'>

/** The measurements of a run in its manifest; counts are decimal. */
export interface Performance {
  /** In byte order of `what`, then `subject`, null first; no more than `LISTED`. */
  readonly observed: readonly Measurement[]
  readonly unlisted: string
  /** Of how many the budget was kept, or exceeded. */
  readonly kept: string
  readonly exceeded: string
}

/** How many measurements a manifest lists (`spec/bundle/constants.json`, `observed`). */
const LISTED = 256

/** `metrics`: the last word on each measurement. Specification: `spec/bundle/SPEC.md`, section 6. */
export function performanceOf(metrics: readonly Metric[]): Performance {
  const all = metrics
    .map(({ position: _, ...measured }) => ({ place: placeOf(measured), measured }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ measured }) => measured)
  const within = (value: boolean) => String(all.filter((one) => one.within === value).length)
  const observed = all.slice(0, LISTED)
  return { observed, unlisted: String(all.length - observed.length), kept: within(true), exceeded: within(false) }
}

/** Text order of these is byte order. */
function placeOf({ what, subject }: Measurement): string {
  return `${hex(utf8(what))} ${subject === null ? '' : `+${hex(utf8(subject))}`}`
}
