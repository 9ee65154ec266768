import type { SignatureAlgorithm } from '../../crypto/index.js'
import type {
  Contradiction,
  CreateOptions,
  FsckResult,
  LedgerHandle,
  LedgerOptions,
  LedgerReaderHandle,
  ReaderOptions,
} from '../../ledger/index.js'
import type { ArtifactStore, Vault } from '../../ports/index.js'

/** How the ledger of a state directory is read. */
export interface StoreReadOptions extends ReaderOptions {
  /** The state directory, `.clyra`. */
  readonly directory: string
  readonly vault?: { readonly keepValues?: boolean }
}

/** How it is opened for writing. */
export interface StoreOptions extends StoreReadOptions, Omit<LedgerOptions, 'adopt'> {
  /** What this process is, for whoever finds the ledger locked. */
  readonly command?: string | undefined
  /** Milliseconds to wait for another writer. Default 0. */
  readonly lockWaitMs?: number | undefined
  /** The folder in which the newest signed size is remembered, outside of the ledger. Default: nowhere. */
  readonly rememberIn?: string | undefined
  /** Go on although this is a copy, or signed records are gone; says so in the ledger. */
  readonly adopt?: boolean | undefined
}

/** What lies beside the log in the state directory. */
export interface BesideLog {
  readonly directory: string
  readonly vault: Vault
  readonly artifacts: ArtifactStore
}

/** A ledger that was opened for writing, with what lies beside it. */
export interface StoredLedger extends LedgerHandle, BesideLog {}

/** The same for reading. */
export interface StoredLedgerReader extends LedgerReaderHandle, BesideLog {}

/** What stands against writing to the ledger of a state directory. */
export interface Objections {
  /** What it is a copy of, if it is one. */
  readonly copyOf: string | undefined
  /** What was signed and is not borne out, the smallest first. */
  readonly contradictions: readonly Contradiction[]
}

export interface FsckOptions {
  /** The state directory. */
  readonly directory: string
  /** Go on after the first finding. */
  readonly all?: boolean
}

export interface BackupResult {
  /** Records in the copy. */
  readonly records: number
  /** The size of the newest checkpoint in the copy. */
  readonly sealed: number
  readonly files: number
  readonly bytes: number
}

/** What a ledger that is made is told of itself. */
export interface NewLedger extends Pick<CreateOptions, 'origin'> {
  /** The first evidence key: a new one of this algorithm (default: `ed25519`), or that of this secret. */
  readonly evidence?: { readonly algorithm: SignatureAlgorithm; readonly secret?: Uint8Array } | undefined
}

/**
 * A kind of log store: what a program does with the ledger of a state directory whose log lies there. What each
 * function rejects with stands at the embedded one, the model of every other.
 */
export interface StoreKind {
  create(options: StoreOptions & NewLedger): Promise<StoredLedger>
  open(options: StoreOptions): Promise<StoredLedger>
  openReader(options: StoreReadOptions): Promise<StoredLedgerReader>
  /** What stands against writing to it. Nothing is written. */
  findObjections(options: StoreOptions): Promise<Objections>
  /** Reads every byte again. Nothing is written. */
  fsck(options: FsckOptions): Promise<FsckResult>
  /** Copies it to a directory that must not exist or be empty. */
  backup(directory: string, target: string): Promise<BackupResult>
}
