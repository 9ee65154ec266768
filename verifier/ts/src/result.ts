import type { RunStory } from './run-story.js'
import type { Profile, ReasonCode, Verdict, WarningCode } from './spec.generated.js'

export interface Check {
  readonly name: string
  /** `not-run` is never a pass. */
  readonly result: 'pass' | 'fail' | 'not-run'
  readonly code: ReasonCode | null
  /** One sentence for people; null where there is nothing to add. */
  readonly detail: string | null
}

export interface Warning {
  readonly code: WarningCode
  readonly detail: string
}

/** A key that the verdict rests on. */
export interface UsedKey {
  readonly role: 'checkpoint' | 'manifest'
  /** Hex SHA-256 of type byte and public key. */
  readonly id: string
  /** The vkey to compare with what the ledger's owner says; null for keys that the log itself introduces. */
  readonly vkey: string | null
  /** True where the caller has pinned exactly this key for this origin. */
  readonly trusted: boolean
}

/** What a verifier says. An INVALID result says nothing about the contents: they are null, not repeated unproved. */
export interface VerifyResult {
  readonly verdict: Verdict
  readonly code: ReasonCode
  readonly profile: Profile | 'log' | null
  readonly ledger: { readonly origin: string; readonly genesis: string } | null
  /** Number of records that the checkpoint covers, decimal. */
  readonly size: string | null
  /** Hex. */
  readonly root: string | null
  /** The run's id, and what follows from its records: completeness, how it ended, and how whole each voice is. */
  readonly run: ({ readonly id: string } & RunStory) | null
  /** The heads record up to which the claimed streams are complete. For a log: its newest record. */
  readonly completeAsOf: { readonly position: string; readonly recordedat: string } | null
  /** `claimed`: the operator's signed claim; `audited` when a trusted auditor has replayed the log (not yet). */
  readonly streams: 'claimed' | 'audited' | null
  readonly issuance: 'proved' | 'not-proved'
  readonly witnessed: boolean
  readonly timestamped: boolean
  /** True where a redaction record names the subject of the run. */
  readonly redacted: boolean
  /** Number of records that were verified. */
  readonly records: number
  readonly checks: readonly Check[]
  readonly keys: readonly UsedKey[]
  /** The size of log up to which the ledger's own word on these keys was asked, decimal. */
  readonly keysAsOf: string | null
  readonly warnings: readonly Warning[]
}

/** What is known of the evidence once all stages have passed. */
export type Description = Omit<VerifyResult, 'verdict' | 'code' | 'checks' | 'warnings'>
