import type { LedgerPorts } from '../../../ledger/index.js'
import type { Cannot } from '../test-functions.js'
import type { TearAppend } from './faulty-ports.js'

/** Makes empty places for a ledger, for `describeFaults`. */
export interface FaultFactory {
  create(): Promise<FaultFixture>
}

/** One place. Handles are opened again and again; the suite closes each one before it opens the next to write. */
export interface FaultFixture {
  /** Handles that write. `onWarning` is told what the backend sets aside when it opens. */
  openPorts(onWarning: (message: string) => void): Promise<LedgerPorts>
  /** Handles that only read, beside the writer, as another process would. */
  openReaderPorts(): Promise<LedgerPorts>
  /**
   * Leaves in the log what an append leaves that is cut off half-way, behind the back of the open store. The next
   * opening MUST set it aside and tell of it.
   */
  readonly tear: TearAppend | Cannot
  /** Put between the ledger and the ports that fail: for tests of the suite itself, whose ledger is broken on purpose. */
  readonly between?: (ports: LedgerPorts) => LedgerPorts
  /** Where the backend can check a closed ledger byte for byte (fsck): rejects where anything is wrong. */
  verify?(): Promise<void>
  /** Removes the place; every handle is closed. */
  dispose(): Promise<void>
}
