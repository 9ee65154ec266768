import * as z from 'zod'
import { isDecimal, isTime } from '../grammar/index.js'

/** Shapes that several event families share. Every object is strict: an unknown member is an error, not a surprise. */

export const hexDigest = z.string().regex(/^[0-9a-f]{64}$/)
/** Unsigned decimal string: counts, sizes, positions. */
export const decimalString = z.string().regex(/^(0|[1-9][0-9]{0,18})$/)
/** A count that a verifier computes with: at most 2^53-1, as positions and revisions are. */
export const countString = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,15})$/)
  .refine(isDecimal, 'is above 2^53-1')
/** Signed decimal fraction as text: seconds, ratios. No exponent. */
export const fractionString = z.string().regex(/^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,12})?$/)
/** An instant in UTC; the calendar is checked too. */
export const timestamp = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$/)
  .refine(isTime, 'is not a valid instant')
/** A name that outside systems gave to something: a dbt unique id, a relation, a thread. Never text of a statement. */
export const label = z.string().min(1).max(512)

/** Database (null where it is not known), schema, name. */
export const relationName = z.tuple([label.nullable(), label, label])

/** `{"clyra:sealed": "<hex>"}`: a commitment to a personal or secret value that lies in the vault. */
export const sealedValue = z.strictObject({ 'clyra:sealed': hexDigest })
export type SealedValue = z.infer<typeof sealedValue>

/** Which of the three voices speaks: what the tool claims, what its log saw, what the warehouse itself says. */
export const voice = z.enum(['claim', 'log', 'warehouse'])
export type Voice = z.infer<typeof voice>

/** Payout-ready metadata: recorded from the start, no money moved. */
export const payout = z.strictObject({
  run_id: label,
  actor_id: label.nullable(),
  asset_id: label.nullable(),
  change_intent: label.nullable(),
  business_metric_refs: z.array(label).max(64),
  payout_ref: label.nullable(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable(),
})

export const governance = z.strictObject({
  job_id: label.nullable(),
  service_id: label.nullable(),
  pipeline_id: label.nullable(),
  agent_id: label.nullable(),
  /** Pairs of component and version, e.g. ["dbt-core", "1.11.16"]. */
  runtime_versions: z.array(z.tuple([label, label])).max(64),
  schema_versions: z.array(z.tuple([label, label])).max(64),
})
