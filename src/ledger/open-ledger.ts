import { hex } from '../canonical/index.js'
import type { Signer } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import {
  assertPlausible,
  finishRecord,
  GENESIS_PREV,
  GENESIS_STREAM,
  instantOf,
  NEW_ORIGIN,
  streamStartValue,
} from '../events/index.js'
import { leafHash } from '../merkle/index.js'
import type { LogRecord } from '../ports/index.js'
import { EventLedger, type LedgerHandle } from './event-ledger.js'
import type { NextEvidenceKey } from './ledger.js'
import type { LedgerCore, LedgerPorts } from './ledger-core.js'
import { missingEvidenceKey, nextEvidenceSigner, provePossession } from './ledger-keys.js'
import { openCore, type ReaderOptions, releasePorts } from './open-ledger-reader.js'
import { OwnEvents } from './own-events.js'
import { PublishedTree } from './published-tree.js'
import { SealKeeper } from './seal-keeper.js'
import type { Sealed } from './signed-checkpoint.js'
import { checkedSubmitter } from './submitter.js'
import type { AdoptOptions } from './witness.js'
import { Writer } from './writer.js'

export interface LedgerOptions extends ReaderOptions {
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number
  /**
   * Who seals. `here` (default): this process, with the ledger's private key. `elsewhere`: another one, now or later; this
   * one appends without that key, and leaves heads records to the one that seals.
   */
  readonly sealing?: 'here' | 'elsewhere'
  /** Pseudonymous id of the credential that appends, where an append does not say. Default `local`. */
  readonly submitter?: string
  /** Records, and milliseconds, after which a heads record follows. Default 10,000 and ten minutes. */
  readonly headsEveryRecords?: number
  readonly headsEveryMs?: number
  /** Milliseconds after an append until it is sealed without being asked. Default 250. */
  readonly sealDelayMs?: number
  /** Unsealed records beyond which appends are refused while sealing fails. Default 1,000,000. */
  readonly maxBacklog?: number
  /** Canonical bytes that may wait for the log. Default 64 MiB. */
  readonly queueBytes?: number
  /** Go on although this is a copy, or what was signed before is not borne out; leaves records in `ledger-adoptions`. */
  readonly adopt?: AdoptOptions | undefined
}

export interface CreateOptions extends LedgerOptions {
  /** A lower-case host name. Default: `<32 random hex digits>.clyra.internal`. */
  readonly origin?: string | undefined
  /** The first evidence key. Default: a new one of `ed25519`. */
  readonly evidence?: NextEvidenceKey | undefined
  /** Cryptographic randomness. */
  readonly random: (bytes: number) => Uint8Array
}

/**
 * Makes a ledger on an empty store: the genesis record (0), the first evidence key in `ledger-keys` (1), sealed.
 * The ports belong to the ledger from then on; `close` releases them. Rejects with LEDGER_EXISTS, CLOCK_INVALID.
 */
export async function createLedger(ports: LedgerPorts, options: CreateOptions): Promise<LedgerHandle> {
  if ((await ports.store.head()) > 0)
    throw new ClyraError('LEDGER_EXISTS', 'the log already holds a ledger; it is never overwritten')
  const origin = options.origin ?? defaultOrigin(options.random)
  if (!NEW_ORIGIN.test(origin))
    throw new ClyraError('CONFIG_INVALID', `${JSON.stringify(origin)} is not a lower-case host name`, {
      details: { origin },
    })
  const submitter = checkedSubmitter(options.submitter ?? 'local')
  const now = options.now ?? Date.now
  // Before there are keys: what the clock says goes into records that no reader may refuse.
  const recordedat = instantOf(now)
  assertPlausible(recordedat, '')
  const ledgerKey = await ports.keys.generate('ledger')
  const evidenceKey = await nextEvidenceSigner(ports.keys, options.evidence ?? {})
  const records = firstRecords({
    origin,
    submitter,
    now,
    recordedat,
    nonce: options.random(32),
    ledgerKey,
    evidenceKey,
  })
  await provePossession(evidenceKey, records[0]!.leaf)
  await ports.store.append(records, 0)
  return openLedger(ports, options)
}

/** For `createLedger` and for naming key files before there is a ledger. */
export function defaultOrigin(random: (bytes: number) => Uint8Array): string {
  return `${hex(random(16))}.clyra.internal`
}

/**
 * Opens the ledger that a store holds, for writing: opening brings the index up to the log, restores the sealed tree
 * and seals what is not sealed, for which the private key of the ledger must be in the key ring. The ports belong to the
 * ledger from then on. Without the key it can be read (`openLedgerReader`), or appended to with `sealing: 'elsewhere'`.
 *
 * Rejects with LEDGER_NOT_FOUND, FORMAT_TOO_NEW, KEY_MISMATCH, TREE_DIVERGED, LOG_CORRUPT, and with LEDGER_ROLLED_BACK
 * where the memory of signed sizes knows better.
 */
export async function openLedger(ports: LedgerPorts, options: LedgerOptions = {}): Promise<LedgerHandle> {
  const onWarning = options.onWarning ?? (() => undefined)
  const submitter = checkedSubmitter(options.submitter ?? 'local')
  const now = options.now ?? Date.now
  const core = await openCore(ports, options)
  const here = options.sealing !== 'elsewhere'
  const remembers = here && ports.memory !== undefined
  const keeper = remembers ? new SealKeeper(ports.memory, core.genesis.identity, onWarning) : undefined
  const tree = here
    ? new PublishedTree(async () => writer.sealer?.newest, { told: true })
    : new PublishedTree(() => core.published(), { told: false })
  const onSealed = (sealed: Sealed) => {
    tree.announce(sealed.size)
    keeper?.published(sealed)
  }
  const writer = await Writer.open(core, {
    ...options,
    submitter,
    now,
    onWarning,
    tree,
    sealing: here ? { signer: await ledgerSigner(core), onSealed } : undefined,
  })
  if (here) await tellMissingEvidenceKey(core, onWarning)
  // Also where nothing was sealed just now: from here on this is the place that is remembered.
  if (writer.sealer?.newest !== undefined) keeper?.published(writer.sealer.newest)
  await keeper?.keep()
  const release = async () => {
    await keeper?.close()
    await releasePorts(ports, onWarning)
  }
  return new EventLedger({ core, tree, writer, now, release })
}

/** Nothing but a bundle needs it, which may be long after: it is told while the key may still be found. */
async function tellMissingEvidenceKey(core: LedgerCore, onWarning: (message: string) => void): Promise<void> {
  try {
    const missing = await missingEvidenceKey(core)
    if (missing !== undefined) onWarning(missing)
  } catch (error) {
    onWarning(`the evidence key cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function ledgerSigner(core: LedgerCore): Promise<Signer> {
  const { keyId } = core.genesis.key
  const signer = await core.ports.keys.signer(keyId)
  if (signer !== undefined) return signer
  throw new ClyraError(
    'KEY_MISMATCH',
    `the private key of the ledger (${keyId}) is not here; without it the ledger can only be read`,
    {
      details: { keyId },
    },
  )
}

interface First {
  readonly origin: string
  readonly submitter: string
  readonly now: () => number
  readonly recordedat: string
  readonly nonce: Uint8Array
  readonly ledgerKey: Signer
  readonly evidenceKey: Signer
}

function firstRecords({ origin, submitter, now, recordedat, nonce, ledgerKey, evidenceKey }: First): LogRecord[] {
  const own = new OwnEvents(now)
  const common = { ledger: origin, revision: 0, submitter, recordedat }
  const genesis = own.genesis(origin, nonce, ledgerKey)
  const genesisBytes = finishRecord(genesis, 0, { ...common, stream: GENESIS_STREAM, prev: GENESIS_PREV })
  const identity = leafHash(genesisBytes)
  const { stream, events } = own.keyIntroduced(evidenceKey, null)
  const keyBytes = finishRecord(events, 0, { ...common, stream, prev: streamStartValue(identity, stream) })
  return [
    { position: 0, id: genesis.ids[0]!, stream: GENESIS_STREAM, revision: 0, leaf: identity, bytes: genesisBytes },
    { position: 1, id: events.ids[0]!, stream, revision: 0, leaf: leafHash(keyBytes), bytes: keyBytes },
  ]
}
