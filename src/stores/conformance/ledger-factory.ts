import type { Ledger, LedgerOptions, LedgerReader } from '../../ledger/index.js'
import type { Cannot } from './test-functions.js'

/** Makes empty places for a ledger, for `describeEventLog`. */
export interface LedgerFactory {
  create(): Promise<LedgerFixture>
}

/** What a case sets when it opens a ledger. Everything else is the factory's choice. */
export type LedgerFixtureOptions = Pick<
  LedgerOptions,
  'now' | 'events' | 'headsEveryRecords' | 'onWarning' | 'queueBytes'
>

/** One place, and what a test can do to it. */
export interface LedgerFixture {
  /** Makes the ledger and opens it for writing. */
  createLedger(options?: LedgerFixtureOptions): Promise<Ledger>
  /** Opens it for writing. Beside an open writer it rejects with LEDGER_LOCKED, or both contend for the head. */
  openLedger(options?: LedgerFixtureOptions): Promise<Ledger>
  /** Opens it for reading, as another process would, beside the writer if there is one. */
  openReader(options?: LedgerFixtureOptions): Promise<LedgerReader>
  /** Removes the derived index; no handle is open. */
  readonly deleteIndex: (() => Promise<void>) | Cannot
  /** Takes a copy of the derived index as it is now; the function it gives puts the copy back. No handle is open, either time. */
  readonly keepIndex: (() => Promise<() => Promise<void>>) | Cannot
  /** Puts the index of some other ledger, with more records than this one, in the place of this one's; no handle is open. */
  readonly plantForeignIndex: (() => Promise<void>) | Cannot
  /** Where the backend can check a closed ledger byte for byte (fsck): rejects where anything is wrong. */
  verify?(): Promise<void>
  /** Milliseconds that a subscription may take to bring what is there. Default 10,000. */
  readonly slackMs?: number
  /** Removes the place; every handle is closed. */
  dispose(): Promise<void>
}
