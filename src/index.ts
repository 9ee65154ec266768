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
import { createEmbeddedLedger, type EmbeddedLedger, type EmbeddedOptions, openEmbeddedLedger } from './stores/index.js'

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
>

export type CreateLedgerOptions = OpenLedgerOptions & {
  /** The ledger's public name, a lower-case host name. Default: `<32 hex digits>.clyra.internal`. */
  readonly origin?: string
}

/**
 * Opens the ledger of a state directory (`.clyra`). One process writes; without the ledger's private key, or with
 * `readOnly`, it is opened beside any writer and writes nothing.
 *
 * Rejects with LEDGER_NOT_FOUND, LEDGER_LOCKED, LOG_CORRUPT, TREE_DIVERGED, FORMAT_TOO_NEW, KEY_INVALID,
 * PERMISSION_DENIED, READ_ONLY, DISK_FULL.
 */
export function openLedger(options: OpenLedgerOptions): Promise<EmbeddedLedger> {
  return openEmbeddedLedger(options)
}

/** Makes a ledger in a state directory: keys (0600), genesis, first evidence key, sealed. Rejects with LEDGER_EXISTS. */
export function createLedger(options: CreateLedgerOptions): Promise<EmbeddedLedger> {
  return createEmbeddedLedger(options)
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
  ArtifactStore,
  ConsistencyProof,
  EncryptedValue,
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
  Vault,
} from './ledger/index.js'
export type { EmbeddedLedger } from './stores/index.js'
