import type { CurrentType } from '../../src/events/families/index.js'
import type { Of } from './record-of.js'
import type { RunDraft, RunState } from './run-state.js'

/** What a fold does with a record of each type that it knows. It changes no member of the draft but its own. */
export type FoldsByType = { readonly [T in CurrentType]?: (draft: RunDraft, of: Of<T>) => void }

/** One family's part of what a run's records say. */
export interface RunFold<Members extends Partial<RunState> = Partial<RunState>> {
  /** `^run-[a-z]+$` */
  readonly name: string
  /** Goes up with every change of what this fold makes of its records, and with no other. */
  readonly version: number
  /** Its members of the state, as they are before the first record. */
  readonly initial: Members
  readonly types: FoldsByType
}

/** Gives the fold back with the members that it names. */
export function defineRunFold<Member extends keyof RunState>(
  fold: RunFold<Pick<RunState, Member>>,
): RunFold<Pick<RunState, Member>> {
  return fold
}
