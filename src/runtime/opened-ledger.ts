import type { Adoption, LedgerReaderHandle } from '../ledger/index.js'
import type { ArtifactStore, Vault } from '../ports/index.js'
import type { Finishers } from '../spool/index.js'
import type { Caller, Settings, StatePlace } from './project/index.js'
import type { Appender } from './resident/index.js'

/** A ledger that is read, with what lies beside it. */
export interface OpenedReader {
  readonly place: StatePlace
  readonly settings: Settings
  readonly ledger: LedgerReaderHandle
  readonly vault: Vault
  readonly artifacts: ArtifactStore
  close(): Promise<void>
}

/**
 * The same with the right to append: by this process, or by the one that holds the ledger and serves it. Nobody else
 * works on spools, vault and artefacts meanwhile.
 */
export interface OpenedLedger extends OpenedReader {
  readonly appender: Appender
  /** What opening gave up; undefined where nothing had to be, or another process opened it. */
  readonly adoption: Adoption | undefined
}

/** Who may open a ledger for writing: what waits in spools is brought in then. */
export interface WritingCaller extends Caller {
  readonly finishers: Finishers<OpenedLedger>
}
