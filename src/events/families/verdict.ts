import * as z from 'zod'
import { fractionString, hexDigest, label } from './shapes.js'

export const verdict = {
  /** What a detector says of something: an answer of its own where it could not look. */
  'dev.clyra.verdict.given.v1': z.strictObject({
    detector: label,
    version: label,
    /** SHA-256 of the rules or the model. */
    digest: hexDigest.nullable(),
    /** What it looked at: the id of a receipt, a call, an event. */
    subject: label,
    result: z.enum(['clean', 'suspect', 'attack', 'not-scanned', 'partial', 'error', 'timeout']),
    /** 0 to 1. */
    confidence: fractionString.nullable(),
    classes: z.array(label).max(64),
    /** It was asked beside the one that decides. */
    shadow: z.boolean(),
  }),
} as const
