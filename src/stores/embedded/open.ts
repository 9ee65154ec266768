import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { statedCheckpoint } from '../../crypto/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import {
  createLedger,
  defaultOrigin,
  examineMemory,
  type LedgerPorts,
  type LedgerReaderHandle,
  type NextEvidenceKey,
  openLedger,
  openLedgerReader,
  readGenesis,
} from '../../ledger/index.js'
import type { CheckpointStore } from '../../ports/index.js'
import {
  ensureDirectory,
  FileArtifactStore,
  FileCheckpointStore,
  FileKeyRing,
  FileTileStore,
  FileVault,
  MANY_FILES,
} from '../files/index.js'
import {
  assertLiesWhole,
  type BesideLog,
  layoutOf,
  type NewLedger,
  noLedger,
  type Objections,
  type StoredLedger,
  type StoredLedgerReader,
  type StoreOptions,
  type StoreReadOptions,
} from '../state/index.js'
import { copyMarked, unmarkCopy } from './copy-mark.js'
import { openEmbeddedLogReader } from './embedded-log-reader.js'
import { openEmbeddedLogStore } from './embedded-log-store.js'
import { FileSealMemory } from './file-seal-memory.js'
import { recoverLog } from './recover-log.js'
import { parseSegmentName } from './segment-format.js'

export type EmbeddedReadOptions = StoreReadOptions

export interface EmbeddedOptions extends StoreOptions {
  /** For tests: see `EmbeddedLogOptions`. */
  readonly segmentBytes?: number | undefined
  readonly flush?: ((file: import('node:fs/promises').FileHandle) => Promise<void>) | undefined
  /** For tests: from so many ids and so many files on threads store them. Default: where a thread is worth it. */
  readonly threadFrom?: number | undefined
}

export type EmbeddedLedger = StoredLedger
export type EmbeddedLedgerReader = StoredLedgerReader

/**
 * Makes a ledger in a state directory: keys (0600), genesis, first evidence key, sealed. Rejects with LEDGER_EXISTS
 * where there is one (nothing is overwritten), READ_ONLY, PERMISSION_DENIED, DISK_FULL, CONFIG_INVALID.
 */
export async function createEmbeddedLedger(options: EmbeddedOptions & NewLedger): Promise<EmbeddedLedger> {
  const { directory } = options
  assertLiesWhole(directory)
  if (hasLedger(directory) && !(await wasCutOff(directory))) {
    throw new ClyraError('LEDGER_EXISTS', `there already is a ledger in ${directory}; it is never overwritten`, {
      details: { directory },
    })
  }
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  // An installation that lacks it leaves no half of a ledger.
  await loadIndex()
  await ensureDirectory(directory)
  await ignoreInGit(directory)
  // A creation that was interrupted left a key under a name; the ledger takes that name unless told another.
  const left = new FileKeyRing(layoutOf(directory).keys, () => '').ledgerKey()
  const origin = options.origin ?? left?.name ?? defaultOrigin(random)
  if (left !== undefined && left.name !== origin) {
    throw new ClyraError('LEDGER_EXISTS', `an interrupted creation left the key of ${left.name} in ${directory}`, {
      details: { directory, origin: left.name },
    })
  }
  const ports = await writerPorts(options, () => origin)
  return handOver(options, ports, async () => {
    const evidence = await firstEvidenceKey(options, origin)
    return createLedger(ports, { ...options, adopt: undefined, origin, evidence, random })
  })
}

async function firstEvidenceKey(
  { directory, evidence }: EmbeddedOptions & NewLedger,
  origin: string,
): Promise<NextEvidenceKey> {
  if (evidence?.secret === undefined) return { algorithm: evidence?.algorithm }
  const ring = new FileKeyRing(layoutOf(directory).keys, () => origin)
  return { key: (await ring.bring(evidence.algorithm, evidence.secret)).keyId }
}

/**
 * Opens the ledger of a state directory for writing: it takes the one writer's lock. A directory without the ledger's
 * private key is READ_ONLY, unless another process seals (`sealing`); `openEmbeddedLedgerReader` reads it.
 *
 * Rejects with LEDGER_NOT_FOUND, LOG_LOST, LEDGER_LOCKED, LOCKS_UNSUPPORTED, LEDGER_IS_A_COPY, LEDGER_ROLLED_BACK,
 * LOG_CORRUPT, TREE_DIVERGED, FORMAT_TOO_NEW, KEY_INVALID, READ_ONLY, PERMISSION_DENIED, DISK_FULL.
 */
export async function openEmbeddedLedger(options: EmbeddedOptions): Promise<EmbeddedLedger> {
  const { directory } = options
  assertLedgerIn(directory)
  const { keys } = layoutOf(directory)
  if (options.sealing !== 'elsewhere' && !existsSync(join(keys, 'ledger.key')))
    throw new ClyraError(
      'READ_ONLY',
      `the ledger's private key is not in ${keys}; without it the ledger can only be read`,
      {
        details: { directory },
      },
    )
  const copyOf = copyMarked(directory) ?? memoryOf(options)?.original()
  if (copyOf !== undefined && options.adopt !== true) throw isACopy(directory, copyOf)
  const adopt = options.adopt === true ? { copy: copyOf !== undefined } : undefined
  let origin = ''
  const ports = await writerPorts(options, () => origin)
  const ledger = await handOver(options, ports, async () => {
    origin = (await readGenesis(ports.store)).origin
    return openLedger(ports, { ...options, adopt })
  })
  if (adopt !== undefined) await unmarkCopy(directory)
  return ledger
}

/**
 * Opens the ledger of a state directory for reading, beside any writer, without a private key; nothing at all is
 * written. Rejects with LEDGER_NOT_FOUND, LOG_LOST, LOG_CORRUPT, FORMAT_TOO_NEW, PERMISSION_DENIED.
 */
export async function openEmbeddedLedgerReader(options: EmbeddedReadOptions): Promise<EmbeddedLedgerReader> {
  assertLedgerIn(options.directory)
  const ports = await readerPorts(options)
  return handOver(options, ports, () => openLedgerReader(ports, options))
}

function assertLedgerIn(directory: string): void {
  assertLiesWhole(directory)
  if (!hasLedger(directory)) throw noLedger(directory)
}

function memoryOf({ rememberIn, directory, onWarning }: EmbeddedOptions): FileSealMemory | undefined {
  if (rememberIn === undefined) return undefined
  return new FileSealMemory({
    folder: rememberIn,
    directory: resolve(directory),
    onWarning: onWarning ?? (() => undefined),
  })
}

export async function findObjections(options: EmbeddedOptions): Promise<Objections> {
  const { directory, onWarning = () => undefined } = options
  if (!hasLedger(directory)) throw noLedger(directory)
  const ports = await readerPorts(options)
  try {
    const memory = memoryOf(options)
    const contradictions = await examineMemory({ ...ports, memory }, onWarning)
    return { copyOf: copyMarked(directory) ?? memory?.original(), contradictions }
  } finally {
    await ports.index.close()
    await ports.store.close()
  }
}

function isACopy(directory: string, of: string): ClyraError {
  return new ClyraError(
    'LEDGER_IS_A_COPY',
    `${directory} is a copy of the ledger in ${of}: it can be read, and nothing is appended, because both would sign the same sizes with other roots`,
    { details: { directory, original: of } },
  )
}

/** Loaded where one is opened, before anything else is: it is a third of what opening a ledger loads. */
const loadIndex = () => import('../lmdb/index.js')

function hasLedger(directory: string): boolean {
  try {
    return readdirSync(layoutOf(directory).log).some((name) => parseSegmentName(name) !== undefined)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw fromSystemError(error, 'read the directory', layoutOf(directory).log)
  }
}

/** True where a creation ended before its first records were durable: nothing was ever acknowledged or signed here. */
async function wasCutOff(directory: string): Promise<boolean> {
  const places = layoutOf(directory)
  try {
    const sealed = await sealedSize(new FileCheckpointStore(places.checkpoints))
    const { size, torn } = await recoverLog({
      directory: places.log,
      cacheDirectory: places.offsets,
      sealedSize: sealed,
    })
    return size === 0 && (torn === undefined || torn.later.length === 0)
  } catch {
    // Whatever is damaged or cannot be read is a ledger.
    return false
  }
}

/** The ports of a ledger in a state directory, for writing. Opening the log takes the lock; whoever is given them closes index and store. */
export async function writerPorts(options: EmbeddedOptions, origin: () => string): Promise<LedgerPorts> {
  const { openLmdbIndex } = await loadIndex()
  const places = layoutOf(options.directory)
  const onWarning = options.onWarning ?? (() => undefined)
  const store = await openEmbeddedLogStore({
    directory: places.log,
    cacheDirectory: places.offsets,
    // Read before there is a lock: by one that takes nothing for flushed or not.
    sealedSize: await sealedSize(new FileCheckpointStore(places.checkpoints)),
    onWarning,
    command: options.command,
    lockWaitMs: options.lockWaitMs,
    now: options.now,
    segmentBytes: options.segmentBytes,
    flush: options.flush,
  })
  const assertHeld = () => store.assertHeld()
  try {
    const index = await openLmdbIndex(places.lmdb, onWarning, assertHeld, options.threadFrom)
    return {
      store,
      index,
      checkpoints: new FileCheckpointStore(places.checkpoints, { assertHeld }),
      tiles: new FileTileStore(places.tiles, { threadFrom: options.threadFrom ?? MANY_FILES, assertHeld }),
      keys: new FileKeyRing(places.keys, origin, assertHeld),
      memory: memoryOf(options),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The same for reading, beside any writer. */
export async function readerPorts({
  directory,
  onWarning = () => undefined,
}: EmbeddedReadOptions): Promise<LedgerPorts> {
  const { openLmdbIndexReader } = await loadIndex()
  const places = layoutOf(directory)
  const checkpoints = new FileCheckpointStore(places.checkpoints)
  // The sealed size first: what is sealed was published before, so the mark that is read next is not behind it.
  const sealed = await sealedSize(checkpoints)
  const store = await openEmbeddedLogReader({
    directory: places.log,
    cacheDirectory: places.offsets,
    sealedSize: sealed,
  })
  const index = openLmdbIndexReader(places.lmdb, onWarning)
  return {
    store,
    index,
    checkpoints,
    tiles: new FileTileStore(places.tiles),
    keys: new FileKeyRing(places.keys, () => ''),
  }
}

/**
 * The largest size that was ever signed, as the checkpoints themselves say. Whether they are this ledger's is judged
 * later, with its key; a file that is no checkpoint at all vouches for nothing here and stops the opening there.
 */
async function sealedSize(checkpoints: CheckpointStore): Promise<number> {
  const latest = sizeOf(await checkpoints.latest())
  for (const kept of (await checkpoints.keptSizes()).reverse()) {
    const size = kept > latest ? sizeOf(await checkpoints.kept(kept)) : 0
    if (kept <= latest || size > 0) return Math.max(latest, size)
  }
  return latest
}

/** 0 for what is no checkpoint. */
function sizeOf(note: Uint8Array | undefined): number {
  if (note === undefined) return 0
  try {
    return statedCheckpoint(note).size
  } catch {
    return 0
  }
}

/** Opens on ports that belong to the ledger from then on; if that fails they are released here. */
async function handOver<Handle extends LedgerReaderHandle>(
  options: EmbeddedReadOptions,
  ports: LedgerPorts,
  open: () => Promise<Handle>,
): Promise<Handle & BesideLog> {
  const places = layoutOf(options.directory)
  try {
    const ledger = await open()
    return Object.assign(ledger, {
      directory: options.directory,
      vault: new FileVault({ directory: places.vault, ...options.vault }),
      artifacts: new FileArtifactStore(places.artifacts),
    })
  } catch (error) {
    await ports.tiles.close().catch(() => undefined)
    await ports.index.close().catch(() => undefined)
    await ports.store.close().catch(() => undefined)
    throw error
  }
}

async function ignoreInGit(directory: string): Promise<void> {
  try {
    await writeFile(join(directory, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw fromSystemError(error, 'write', join(directory, '.gitignore'))
  }
}
