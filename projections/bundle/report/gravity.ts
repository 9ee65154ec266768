import { howItEnded, type NodeState, type TestState } from '../../run/index.js'

const GRAVITY = ['failed', 'unfinished', 'warned', 'skipped', 'succeeded'] as const

/** Orders steps: the gravest first, hooks after what a project is about, then by name as the view has them. */
export function byGravity(one: NodeState | TestState, other: NodeState | TestState): number {
  return (
    GRAVITY.indexOf(howItEnded(one)) - GRAVITY.indexOf(howItEnded(other)) || Number(isHook(one)) - Number(isHook(other))
  )
}

function isHook(step: NodeState | TestState): boolean {
  return 'resourceType' in step && step.resourceType === 'operation'
}
