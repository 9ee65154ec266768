import * as z from 'zod'
import { decimalString, fractionString, label, timestamp } from './shapes.js'

export const metrics = {
  /**
   * What somebody measured, appended by whoever measured it. One measurement is `count: "1"` with all four values equal;
   * a sum or size has no percentiles and stands in `max`.
   */
  'dev.clyra.metrics.observed.v1': z.strictObject({
    /** Dotted name, e.g. `dbt.duration`, `clyra.overhead`, `warehouse.anchor.before`. */
    what: z.string().regex(/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,7}$/),
    unit: z.enum(['seconds', 'bytes', 'count']),
    from: timestamp.nullable(),
    to: timestamp.nullable(),
    count: decimalString,
    p50: fractionString.nullable(),
    p95: fractionString.nullable(),
    p99: fractionString.nullable(),
    max: fractionString.nullable(),
    /** The bound that was in force, and whether it was kept; null where there is none. */
    budget: fractionString.nullable(),
    within: z.boolean().nullable(),
    /** What it was measured on, e.g. an invocation or a node; null for the run as a whole. */
    subject: label.nullable(),
  }),
} as const
