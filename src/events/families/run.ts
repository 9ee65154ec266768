import * as z from 'zod'
import { governance, hexDigest, label, payout } from './shapes.js'

/** Why a run's record is not complete. A closed list; `spec/events/` and `spec/def/` explain each. */
export const GAP_REASONS = [
  'artifact-manifest-missing',
  'artifact-manifest-stale',
  'artifact-run-results-missing',
  'artifact-run-results-stale',
  'artifact-unreadable',
  'log-missing',
  'log-no-end',
  'log-truncated',
  'log-unreadable-lines',
  'nodes-without-result',
  'process-not-started',
  'process-signalled',
  'wrapper-killed',
] as const

export const run = {
  /** The first record of a run's stream. `subject` names the vault key under which the run's values are sealed. */
  'dev.clyra.run.started.v1': z.strictObject({
    run: label,
    tool: z.enum(['dbt', 'other']),
    /** Random id (UUIDv4 text) of the subject key; its destruction erases every sealed value of the run. */
    subject: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    /** `wrapper`: Clyra started the tool; `ingest`: read from what a finished run left. */
    capture: z.enum(['wrapper', 'ingest']),
    /** A replay of a recording, made to show the program; never evidence of a change. */
    demonstration: z.boolean(),
    governance,
    payout,
    /** SHA-256 of the policy file in force, or null where there is none. */
    policy: hexDigest.nullable(),
  }),
  /** What only the wrapper knows: how the process ended. */
  'dev.clyra.run.exited.v1': z.strictObject({
    run: label,
    exitCode: z.int().min(0).max(255).nullable(),
    signal: z
      .string()
      .regex(/^SIG[A-Z0-9]{1,12}$/)
      .nullable(),
  }),
  /** Something of the run that could not be recorded. One event per reason. */
  'dev.clyra.run.gap.v1': z.strictObject({
    run: label,
    reason: z.enum(GAP_REASONS),
    /** How many (lines, nodes, ...) where a count means something. */
    count: z.int().min(0).nullable(),
  }),
  /** Everything that the capture could read is in the stream. The bundle's completeness: closed and no gap = complete; any gap = partial; neither = unknown. */
  'dev.clyra.run.closed.v1': z.strictObject({ run: label }),
} as const
