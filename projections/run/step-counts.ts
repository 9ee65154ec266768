import { gravestFreshness } from './gravest-freshness.js'
import type { RunView } from './run-view.js'

/** How many steps (nodes, tests, sources whose freshness was asked for) a run had, and how they ended. A step counts once, under its gravest word. */
export interface StepCounts {
  readonly total: number
  readonly failed: number
  /** Begun, and nobody saw it end, or a part of it did not succeed. */
  readonly unfinished: number
  readonly skipped: number
  readonly warned: number
  readonly succeeded: number
}

type Said = { readonly status: string } | null
type Step = { readonly claim: Said; readonly log: Said; readonly warehouse: Said }
type Ended = Exclude<keyof StepCounts, 'total'>

/** Gravest first. */
const ENDED: readonly (readonly [Ended, readonly string[]])[] = [
  ['failed', ['error', 'fail', 'runtime-error']],
  ['unfinished', ['interrupted', 'partial', 'unknown']],
  ['warned', ['warn']],
  ['skipped', ['skipped']],
]

export function stepCounts({ nodes, tests, freshness }: Pick<RunView, 'nodes' | 'tests' | 'freshness'>): StepCounts {
  const counts = { total: 0, failed: 0, unfinished: 0, skipped: 0, warned: 0, succeeded: 0 }
  const add = (ended: Ended) => {
    counts.total++
    counts[ended]++
  }
  for (const step of nodes) add(howItEnded(step))
  for (const step of tests) add(howItEnded(step))
  for (const { status } of gravestFreshness({ freshness })) add(gravest([status]))
  return counts
}

/** The gravest of what the voices say of one step. */
export function howItEnded({ claim, log, warehouse }: Step): Ended {
  return gravest([claim, log, warehouse].flatMap((voice) => (voice === null ? [] : [voice.status])))
}

function gravest(said: readonly string[]): Ended {
  return ENDED.find(([, statuses]) => said.some((status) => statuses.includes(status)))?.[0] ?? 'succeeded'
}
