import type { Target } from '../engine/target.js'
import { jsonTargets } from './json-targets.js'
import { noteTargets } from './note-targets.js'
import { zipTargets } from './zip-targets.js'

/** Every reader that is fuzzed. */
export function targets(): readonly Target[] {
  return [...jsonTargets, ...noteTargets, ...zipTargets]
}
