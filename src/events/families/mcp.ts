import * as z from 'zod'
import { fractionString, label, sealedValue, timestamp } from './shapes.js'

export const mcp = {
  /** An agent called a tool of a server that speaks the Model Context Protocol. */
  'dev.clyra.mcp.tool.called.v1': z.strictObject({
    /** The call's own id in its session. */
    call: label,
    server: label,
    tool: label,
    /** Commitment to the arguments; a plain digest would let whoever reads it try guesses. */
    arguments: sealedValue.nullable(),
    result: z.enum(['success', 'error', 'denied', 'timeout', 'unknown']),
    /** Commitment to what came back. */
    content: sealedValue.nullable(),
    startedAt: timestamp.nullable(),
    elapsedSeconds: fractionString.nullable(),
    /** The receipt of whoever let it through, where somebody did. */
    receipt: label.nullable(),
  }),
} as const
