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
import { homedir, tmpdir } from 'node:os'
import type { SignatureAlgorithm } from './crypto/index.js'
import { type ServedLedger, serveLedger as serve } from './runtime/resident/index.js'
import {
  createEmbeddedLedger,
  type EmbeddedLedger,
  type EmbeddedLedgerReader,
  type EmbeddedOptions,
  type EmbeddedReadOptions,
  memoryFolder,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from './stores/index.js'
import { userOf } from './system/index.js'

export type OpenLedgerOptions = Pick<
  EmbeddedOptions,
  | 'directory'
  | 'events'
  | 'now'
  | 'submitter'
  | 'sealing'
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
  /**
   * The first evidence key, which signs bundles: a new one of this algorithm, or that of a secret (docs/keys.md). Default: a
   * new one of `ed25519`, of which the ledger's own key always is.
   */
  readonly evidence?: { readonly algorithm: SignatureAlgorithm; readonly secret?: Uint8Array }
}

/**
 * Opens the ledger of a state directory (`.clyra`) for writing: one process does at a time, with the ledger's private
 * key. Where that key is not there it is READ_ONLY: `openLedgerReader` reads it, and with `sealing: 'elsewhere'` it is
 * appended to, for whoever opens it with the key to seal.
 *
 * Rejects with LEDGER_NOT_FOUND, LOG_LOST, LEDGER_LOCKED, LEDGER_IS_A_COPY, LEDGER_ROLLED_BACK, LOG_CORRUPT,
 * TREE_DIVERGED, FORMAT_TOO_NEW, KEY_INVALID, PERMISSION_DENIED, READ_ONLY, DISK_FULL. With `adopt` it goes on with a
 * copy, or after records that were signed are gone, and says so in the stream `ledger-adoptions`.
 */
export function openLedger(options: OpenLedgerOptions & { readonly adopt?: boolean }): Promise<EmbeddedLedger> {
  return openEmbeddedLedger(remembering(options))
}

export type OpenReaderOptions = EmbeddedReadOptions

/**
 * Opens the ledger of a state directory for reading: beside any writer, also on a read-only mount, without a private
 * key. It sees what is durable and writes nothing. Rejects with LEDGER_NOT_FOUND, LOG_LOST, LOG_CORRUPT,
 * FORMAT_TOO_NEW, PERMISSION_DENIED.
 */
export function openLedgerReader(options: OpenReaderOptions): Promise<EmbeddedLedgerReader> {
  return openEmbeddedLedgerReader(options)
}

/** Makes a ledger in a state directory: keys (0600), genesis, first evidence key, sealed. Rejects with LEDGER_EXISTS. */
export function createLedger(options: CreateLedgerOptions): Promise<EmbeddedLedger> {
  return createEmbeddedLedger(remembering(options))
}

/**
 * Lets other processes of this user append to a ledger that this one holds, over a socket in its state directory, so that
 * `clyra run dbt`, `ingest`, `bundle`, `redact` work beside it (docs/resident.md). Close it before the ledger. It keeps
 * no process alive. Rejects with LEDGER_LOCKED (it is served already), OUTPUT_EXISTS, STATE_NOT_OURS, NOT_A_REGULAR_FILE,
 * CONFIG_INVALID.
 *
 * @example
 * await using ledger = await openLedger({ directory: '.clyra' })
 * await using served = await serveLedger(ledger)
 */
export function serveLedger(
  ledger: EmbeddedLedger,
  { onWarning }: { readonly onWarning?: (message: string) => void } = {},
): Promise<ServedLedger> {
  const user = userOf(process.geteuid?.(), process.env)
  return serve(ledger, { user, short: [process.env['XDG_RUNTIME_DIR'], tmpdir()], onWarning })
}

/** Where the library looks at the environment: here and in `serveLedger`. */
function remembering<Options extends OpenLedgerOptions>(options: Options) {
  const rememberIn =
    options.rememberIn === undefined
      ? memoryFolder(process.env['XDG_STATE_HOME'], process.env['HOME'] ?? homedir())
      : (options.rememberIn ?? undefined)
  return { ...options, rememberIn }
}

export type { SignatureAlgorithm } from './crypto/index.js'
export { ClyraError, ERROR_CODES, type ErrorCode, type ErrorDetails, isClyraError } from './errors/index.js'
export {
  type AppendableEvent,
  checkTransferred,
  defineFamily,
  type EncryptedValue,
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
  LedgerReader,
  LedgerReaderHandle,
  NextEvidenceKey,
  ReadAllOptions,
  ReadOptions,
  RecordView,
  SignedCheckpoint,
  StreamAppend,
  SubscriptionMessage,
} from './ledger/index.js'
export type { ArtifactStore, ProjectionStore, Vault } from './ports/index.js'
export { type FollowedStep, type FollowOptions, follow } from './projector/index.js'
export { LmdbProjectionStore } from './projector/lmdb/index.js'
export type { ServedLedger } from './runtime/resident/index.js'
export type { EmbeddedLedger, EmbeddedLedgerReader } from './stores/index.js'
