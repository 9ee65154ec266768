import type { LedgerHandle, LedgerReaderHandle } from '../ledger/index.js'
import type { ArtifactStore, Vault } from '../ports/index.js'
import type { Finishers } from '../spool/index.js'
import type { Caller, Settings, StatePlace } from './project/index.js'

/** A ledger that is read, with what lies beside it. */
export interface OpenedReader {
  readonly place: StatePlace
  readonly settings: Settings
  readonly ledger: LedgerReaderHandle
  readonly vault: Vault
  readonly artifacts: ArtifactStore
}

/** The same, opened for writing. */
export interface OpenedLedger extends OpenedReader {
  readonly ledger: LedgerHandle
}

/** Who may open a ledger for writing: what waits in spools is brought in then. */
export interface WritingCaller extends Caller {
  readonly finishers: Finishers<OpenedLedger>
}
