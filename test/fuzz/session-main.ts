import { writeSync } from 'node:fs'
import { type Counts, fuzzTarget } from './engine/session.js'
import { targets } from './targets/index.js'

export interface Assignment {
  readonly seed: number
  readonly milliseconds: number
  /** Names of targets; all where there is none. */
  readonly only: readonly string[]
  /** A file descriptor to which the input that is being read is written: 24 bytes, over and over. */
  readonly progress: number
  readonly from?: number
  readonly maxExecutions?: number
  readonly most?: number
  readonly minimising?: number
}

/** Runs the targets one after the other, each for its part of the time. */
export function runSession(assignment: Assignment, report: (counts: Counts) => void): void {
  const { seed, milliseconds, only, progress, from, maxExecutions, minimising, most = 5 } = assignment
  const chosen = targets().filter(({ name }) => only.length === 0 || only.includes(name))
  const weights = chosen.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const field = Buffer.alloc(8)
  for (const target of chosen) {
    const number = targets().findIndex(({ name }) => name === target.name)
    const counts = fuzzTarget(target, {
      seed,
      milliseconds: (milliseconds * (target.weight ?? 1)) / weights,
      most,
      onInput: (iteration) => {
        field.writeUInt32LE(number, 0)
        field.writeUInt32LE(iteration, 4)
        writeSync(progress, field, 0, 8, 0)
      },
      ...(from === undefined ? {} : { from }),
      ...(minimising === undefined ? {} : { minimising }),
      ...(maxExecutions === undefined ? {} : { maxExecutions }),
    })
    report(counts)
  }
}
