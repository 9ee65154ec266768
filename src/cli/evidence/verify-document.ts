import * as z from 'zod'
import { decimal, digest } from '../ledger/record-document.js'

const code = z.string().regex(/^[A-Z_]+$/)

const fromFiles = z.strictObject({
  completeness: z.enum(['complete', 'partial', 'missing', 'not-needed']),
  reasons: z.array(z.string()),
})

/** What `verify --json` prints: the verifier's result as it is. */
export const verifyDocument = z.strictObject({
  verdict: z.enum(['VALID', 'INVALID', 'UNTRUSTED', 'DIVERGED', 'INCOMPLETE', 'STALE']),
  code,
  profile: z.enum(['def', 'pef', 'log']).nullable(),
  ledger: z.strictObject({ origin: z.string(), genesis: digest }).nullable(),
  size: decimal.nullable(),
  root: digest.nullable(),
  run: z
    .strictObject({
      id: z.string(),
      completeness: z.enum(['complete', 'partial', 'unknown']),
      reasons: z.array(z.string()),
      outcome: z.enum(['succeeded', 'failed', 'interrupted', 'unknown']),
      voices: z
        .strictObject({
          claim: fromFiles,
          log: fromFiles,
          warehouse: z.strictObject({
            completeness: z.enum(['asked', 'partly', 'not-asked', 'not-needed']),
            reasons: z.array(z.string()),
          }),
        })
        .nullable(),
    })
    .nullable(),
  completeAsOf: z.strictObject({ position: decimal, recordedat: z.string() }).nullable(),
  streams: z.enum(['claimed', 'audited']).nullable(),
  issuance: z.enum(['proved', 'not-proved']),
  witnessed: z.boolean(),
  timestamped: z.boolean(),
  redacted: z.boolean(),
  records: z.number().int().min(0),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      result: z.enum(['pass', 'fail', 'not-run']),
      code: code.nullable(),
      detail: z.string().nullable(),
    }),
  ),
  keys: z.array(
    z.strictObject({
      role: z.enum(['checkpoint', 'manifest']),
      id: digest,
      vkey: z.string().nullable(),
      trusted: z.boolean(),
    }),
  ),
  keysAsOf: decimal.nullable(),
  warnings: z.array(z.strictObject({ code, detail: z.string() })),
})

/** What `verify --page --json` prints. */
export const pageDocument = z.strictObject({ page: z.string(), size: z.number().int(), sha256: digest })
