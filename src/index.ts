/**
 * Clyra as a library: an append-only, hash-chained, sealed event ledger in a directory.
 *
 * @example
 * import { openLedger } from 'clyra'
 * await using ledger = await openLedger({ directory: '.clyra' })
 * const { position } = await ledger.append('run-42', 'no-stream', [
 *   { type: 'com.example.job.started.v1', source: '/ci', data: { job: 'nightly' } },
 * ])
 * await ledger.sealed(position)
 */
import { homedir } from 'node:os'
import {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedOptions,
  memoryFolder,
  openEmbeddedLedger,
} from './stores/index.js'

export type OpenLedgerOptions = Pick<
  EmbeddedOptions,
  | 'directory'
  | 'events'
  | 'readOnly'
  | 'now'
  | 'submitter'
  | 'onWarning'
  | 'lockWaitMs'
  | 'command'
  | 'vault'
  | 'headsEveryRecords'
  | 'headsEveryMs'
  | 'sealDelayMs'
> & {
  /**
   * The folder in which the newest signed size is remembered outside of the ledger, so that a ledger that was set back,
   * or a copy that is written to, is noticed. Default: `$XDG_STATE_HOME/clyra/ledgers`, else
   * `~/.local/state/clyra/ledgers`, where one of them is known; null: nowhere.
   */
  readonly rememberIn?: string | null
}

export type CreateLedgerOptions = OpenLedgerOptions & {
  /** The ledger's public name, a lower-case host name. Default: `<32 hex digits>.clyra.internal`. */
  readonly origin?: string
}

/**
 * Opens the ledger of a state directory (`.clyra`). One process writes; without the ledger's private key, or with
 * `readOnly`, it is opened beside any writer and writes nothing.
 *
 * Rejects with LEDGER_NOT_FOUND, LOG_LOST, LEDGER_LOCKED, LEDGER_IS_A_COPY and LEDGER_ROLLED_BACK (not when reading),
 * LOG_CORRUPT, TREE_DIVERGED, FORMAT_TOO_NEW, KEY_INVALID, PERMISSION_DENIED, READ_ONLY, DISK_FULL. With `adopt` it goes
 * on with a copy, or after records that were signed are gone, and says so in the stream `ledger-adoptions`.
 */
export function openLedger(options: OpenLedgerOptions & { readonly adopt?: boolean }): Promise<EmbeddedLedger> {
  return openEmbeddedLedger(remembering(options))
}

/** Makes a ledger in a state directory: keys (0600), genesis, first evidence key, sealed. Rejects with LEDGER_EXISTS. */
export function createLedger(options: CreateLedgerOptions): Promise<EmbeddedLedger> {
  return createEmbeddedLedger(remembering(options))
}

/** The one place where the library looks at the environment. */
function remembering<Options extends OpenLedgerOptions>(options: Options) {
  const rememberIn =
    options.rememberIn === undefined
      ? memoryFolder(process.env['XDG_STATE_HOME'], process.env['HOME'] ?? homedir())
      : (options.rememberIn ?? undefined)
  return { ...options, rememberIn }
}

export { ClyraError, ERROR_CODES, type ErrorCode, type ErrorDetails, isClyraError } from './errors/index.js'
export {
  type AppendableEvent,
  checkTransferred,
  defineFamily,
  type EventData,
  type EventFamily,
  type EventInput,
  eventIdFor,
  isEventOf,
  isType,
  type KnownType,
  type LedgerRecord,
  type PreparedEvents,
  type PrepareOptions,
  type Projection,
  prepare,
  type StoredEvent,
  transferListOf,
} from './events/index.js'
export type {
  AppendOptions,
  AppendResult,
  ConsistencyProof,
  EventFilter,
  ExpectedRevision,
  HeadsPath,
  InclusionProof,
  Ledger,
  LedgerHandle,
  ReadAllOptions,
  ReadOptions,
  RecordView,
  SignedCheckpoint,
  StreamAppend,
  SubscriptionMessage,
} from './ledger/index.js'
export type { ArtifactStore, EncryptedValue, Vault } from './ports/index.js'
export type { EmbeddedLedger } from './stores/index.js'
