import * as z from 'zod'
import { countString, hexDigest } from './shapes.js'

const runId = z.string().regex(/^[A-Za-z0-9._:~-]{1,200}$/)

export const window = {
  /**
   * The window of a gateway's traffic, which is a run, takes nothing more: its last request has its receipt. `run.closed`
   * follows. Any other record behind it, or another count, makes the run partial.
   */
  'dev.clyra.window.closed.v1': z.strictObject({
    /** How many records stand before this one in the stream. */
    records: countString,
    /** The run that is the next window; null where there is none. */
    next: runId.nullable(),
    /** Runs of callers that went through this window: [run, its records so far, leaf of the last]. */
    runs: z.array(z.tuple([runId, countString, hexDigest])).max(256),
  }),
} as const
