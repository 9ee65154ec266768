import * as z from 'zod'
import { decimalString, governance, hexDigest, label, payout, sealedValue } from './shapes.js'

/** What was decided about a request, and why. */
export const decision = z.strictObject({
  outcome: z.enum(['allow', 'block', 'repair', 'hold', 'queue-full', 'unknown', 'error']),
  /** Ids of the rules that decided. */
  rules: z.array(label).max(64),
  reasons: z.array(label).max(64),
  obligations: z.array(z.enum(['receipt', 'approval', 'notify', 'mask'])).max(4),
  /** `review`: recorded and not carried out; `gate`: carried out. */
  mode: z.enum(['review', 'gate']),
  /** SHA-256 of the policy that decided. */
  policy: hexDigest.nullable(),
})

export const receipt = {
  /** Something is about to be done: durable before the first byte goes out, so that nothing is done without a record. */
  'dev.clyra.receipt.intended.v1': z.strictObject({
    receipt: label,
    route: label,
    /** Commitment to the SHA-256 of the raw request; null where it is streamed. */
    request: sealedValue.nullable(),
    decision,
  }),
  /** It was done, or was not. An intent without an issue has the outcome `unknown`. */
  'dev.clyra.receipt.issued.v1': z.strictObject({
    receipt: label,
    route: label,
    /** Pseudonyms. */
    actor: label.nullable(),
    tenant: label.nullable(),
    upstream: label.nullable(),
    /** Commitments to the SHA-256 of the raw bodies. */
    request: sealedValue.nullable(),
    response: sealedValue.nullable(),
    schema: z.strictObject({
      /** The pinned schema. */
      hash: hexDigest.nullable(),
      result: z.enum(['valid', 'repaired', 'blocked', 'not-checked']),
      /** Pointers of what failed; what the schema does not name is `*`. */
      failed: z.array(label).max(64),
    }),
    policy: z.strictObject({ file: hexDigest.nullable(), effective: hexDigest.nullable() }),
    decision,
    /** [taxonomy, version, id], e.g. OWASP, ATLAS, ATT&CK. */
    threats: z.array(z.tuple([label, label, label])).max(64),
    /** What it touched in a data platform. */
    data: z
      .strictObject({
        queryTag: label.nullable(),
        relations: z.array(label).max(256),
        schemaChange: z.boolean().nullable(),
        anchors: z.array(label).max(16),
      })
      .nullable(),
    /** Ids of the verdicts that it rests on. */
    verdicts: z.array(label).max(64),
    /** The approval's stream, which the run must have linked. */
    approval: label.nullable(),
    governance: governance.nullable(),
    payout: payout.nullable(),
    /** Of the upstream's answer. */
    status: z.int().min(100).max(599).nullable(),
    /** Microseconds. */
    latency: z.strictObject({ added: decimalString.nullable(), upstream: decimalString.nullable() }),
    /** The power of two that is not below the size in bytes. */
    sizes: z.strictObject({ request: decimalString.nullable(), response: decimalString.nullable() }),
    bodies: z.enum(['none', 'sealed', 'artifact']),
  }),
  /** How a streamed answer ended. */
  'dev.clyra.receipt.stream.v1': z.strictObject({
    receipt: label,
    /** How many events, or chunks. */
    count: decimalString,
    /** Commitment to the running SHA-256 of all of it. */
    hash: sealedValue,
    ended: z.enum(['done', 'client-abort', 'upstream-error', 'timeout', 'stopped']),
  }),
} as const
