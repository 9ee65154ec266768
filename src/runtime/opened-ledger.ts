import type { LedgerHandle } from '../ledger/index.js'
import type { ArtifactStore, Vault } from '../ports/index.js'
import type { Finishers } from '../spool/index.js'
import type { Caller, Settings, StatePlace } from './project/index.js'

/** A ledger with what lies beside it. */
export interface OpenedLedger {
  readonly place: StatePlace
  readonly settings: Settings
  readonly ledger: LedgerHandle
  readonly vault: Vault
  readonly artifacts: ArtifactStore
}

/** Who may open a ledger for writing: what waits in spools is brought in then. */
export interface WritingCaller extends Caller {
  readonly finishers: Finishers<OpenedLedger>
}
