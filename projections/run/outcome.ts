import { INTERRUPTED_EXIT_CODES } from '../../src/events/index.js'
import type { Completion, NodeVoices, RunState, TestVoices } from './run-state.js'
import { valuesOf } from './sorted-list.js'

export type Outcome = 'succeeded' | 'failed' | 'interrupted' | 'unknown'

/** Who says what about the end of the run; voices may disagree. */
export interface OutcomeSaid {
  readonly who: 'process' | Completion['voice']
  readonly what: string
}

/**
 * How the run ended. Gravest word wins: interrupted (a signal ended the process, or a voice says that a step was
 * interrupted), failed (a voice says no success, or the exit code is not 0), succeeded (somebody says so and nobody
 * says otherwise), unknown (nobody says). That a log breaks off says nothing of how the run ended.
 */
export function outcomeOf(state: RunState): Outcome {
  const completions = state.completions.flat()
  const exitCode = state.exited?.exitCode ?? null
  const interrupted =
    state.exited?.signal != null ||
    (exitCode !== null && INTERRUPTED_EXIT_CODES.includes(exitCode)) ||
    valuesOf(state.gaps).some((gap) => gap.reason === 'process-signalled') ||
    state.nodes.some((chunk) => chunk.some(([, node]) => isInterrupted(node))) ||
    state.tests.some((chunk) => chunk.some(([, one]) => isInterrupted(one)))
  if (interrupted) return 'interrupted'
  if (completions.some((done) => done.success === false) || (exitCode !== null && exitCode !== 0)) return 'failed'
  if (completions.some((done) => done.success === true) || exitCode === 0) return 'succeeded'
  return 'unknown'
}

function isInterrupted({ claim, log, warehouse }: NodeVoices | TestVoices): boolean {
  return [claim, log, warehouse].some((said) => said?.status === 'interrupted')
}

export function outcomeSaid({ exited, completions }: RunState): OutcomeSaid[] {
  const process =
    exited === null
      ? []
      : [
          {
            who: 'process' as const,
            what: exited.signal ?? (exited.exitCode === null ? 'unknown' : `exit ${exited.exitCode}`),
          },
        ]
  const voices = inVoiceOrder(completions.flat()).map((done) => ({
    who: done.voice,
    what: done.success === null ? 'unknown' : done.success ? 'success' : 'failure',
  }))
  return [...process, ...voices]
}

const ORDER = { log: 0, claim: 1, warehouse: 2 } as const

/** The log's words first, in whatever order they were read. */
export function inVoiceOrder<T extends { readonly voice: Completion['voice'] }>(said: readonly T[]): T[] {
  return [...said].sort((a, b) => ORDER[a.voice] - ORDER[b.voice])
}
