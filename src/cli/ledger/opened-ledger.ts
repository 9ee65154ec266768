import type { LedgerHandle } from '../../ledger/index.js'
import type { ArtifactStore, Vault } from '../../ports/index.js'
import type { StatePlace } from '../config/find-state.js'
import type { Settings } from '../config/settings.js'

/** A ledger with what lies beside it. */
export interface OpenedLedger {
  readonly place: StatePlace
  readonly settings: Settings
  readonly ledger: LedgerHandle
  readonly vault: Vault
  readonly artifacts: ArtifactStore
}
