import { writeSync } from 'node:fs'
import { type Counts, fuzzTarget } from './engine/session.js'
import type { Target } from './engine/target.js'
import { TARGET_NAMES } from './targets/index.js'

export { TARGET_FILES } from './targets/index.js'

export interface Assignment {
  readonly seed: number
  readonly milliseconds: number
  /** A file descriptor to which the input that is being read is written: 8 bytes, over and over. */
  readonly progress: number
  readonly from?: number
  readonly maxExecutions?: number
  readonly most?: number
  readonly minimising?: number
}

/** Runs the targets one after the other, each for its part of the time. */
export async function runSession(
  targets: readonly Target[],
  assignment: Assignment,
  report: (counts: Counts) => void,
): Promise<void> {
  const { milliseconds, progress, most = 5, ...options } = assignment
  const weights = targets.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const field = Buffer.alloc(8)
  for (const target of targets) {
    field.writeUInt32LE(TARGET_NAMES.indexOf(target.name), 0)
    const counts = await fuzzTarget(target, {
      ...options,
      most,
      milliseconds: (milliseconds * (target.weight ?? 1)) / weights,
      onInput: (iteration) => {
        field.writeUInt32LE(iteration, 4)
        writeSync(progress, field, 0, 8, 0)
      },
    })
    report(counts)
  }
}
