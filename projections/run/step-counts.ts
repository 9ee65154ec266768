import type { RunView } from './run-view.js'

/** How many steps (nodes and tests) a run had, and how they ended. A step counts once, under its gravest word. */
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

export function stepCounts({ nodes, tests }: Pick<RunView, 'nodes' | 'tests'>): StepCounts {
  const counts = { total: nodes.length + tests.length, failed: 0, unfinished: 0, skipped: 0, warned: 0, succeeded: 0 }
  for (const step of nodes) counts[howItEnded(step)]++
  for (const step of tests) counts[howItEnded(step)]++
  return counts
}

/** The gravest of what the voices say of one step. */
export function howItEnded({ claim, log, warehouse }: Step): Ended {
  const said = [claim, log, warehouse].flatMap((voice) => (voice === null ? [] : [voice.status]))
  return ENDED.find(([, statuses]) => said.some((status) => statuses.includes(status)))?.[0] ?? 'succeeded'
}
