import { type Signer, vkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { assertStreamName, HEADS_STREAM, type LedgerRecord } from '../events/index.js'
import type { LedgerCore } from './ledger-core.js'
import { currentEvidenceKey, foldKeys, type KeyState } from './ledger-keys.js'
import type {
  EventFilter,
  LedgerReader,
  ReadAllOptions,
  ReadOptions,
  RecordView,
  SignedCheckpoint,
  SubscriptionMessage,
} from './ledger-reader.js'
import type { ConsistencyProof, HeadsPath, InclusionProof } from './proofs.js'
import { proveConsistency, proveHead, proveInclusion, proveMany } from './prove.js'
import { notSealed, type PublishedTree } from './published-tree.js'
import { readAll, readBatches, readStream } from './read-records.js'
import { publicCheckpoint, type Sealed } from './signed-checkpoint.js'
import { subscribe } from './subscribe.js'

/** What the handle of an opened ledger gives beside `LedgerReader`: what programs need to sign and to report. */
export interface LedgerReaderHandle extends LedgerReader {
  /** The ledger's public key as a C2SP vkey: what a verifier pins. */
  readonly vkey: string
  /** 64 hex digits: the fingerprint of the ledger's key. */
  readonly keyId: string
  /** The keys of `ledger-keys` with their validity, in order of introduction. */
  keys(): Promise<KeyState[]>
  /** The signer of the newest valid evidence key. Rejects with NO_EVIDENCE_KEY. */
  evidenceSigner(): Promise<Signer>
}

export interface ReaderParts {
  readonly core: LedgerCore
  readonly tree: PublishedTree
  /** Releases the ports. */
  readonly release: () => Promise<void>
}

/** The one implementation of `LedgerReader`, over any store. Built by `openLedgerReader`. */
export class EventLedgerReader implements LedgerReaderHandle {
  protected readonly core: LedgerCore
  readonly #tree: PublishedTree
  readonly #release: () => Promise<void>
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  constructor({ core, tree, release }: ReaderParts) {
    this.core = core
    this.#tree = tree
    this.#release = release
  }

  get origin(): string {
    return this.core.genesis.origin
  }

  get identity(): Uint8Array {
    return this.core.genesis.identity
  }

  get vkey(): string {
    return vkey(this.origin, this.core.genesis.key)
  }

  get keyId(): string {
    return this.core.genesis.key.keyId
  }

  async size(): Promise<bigint> {
    this.assertOpen()
    return BigInt(await this.core.ports.store.head())
  }

  readStream(stream: string, options: ReadOptions & { readonly from?: bigint } = {}): AsyncIterable<RecordView> {
    this.assertOpen()
    assertStreamName(stream)
    return readStream(this.core, stream, options)
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordView> {
    this.assertOpen()
    return readAll(this.core, options)
  }

  readBatches(options: ReadAllOptions = {}): AsyncIterable<readonly LedgerRecord[]> {
    this.assertOpen()
    return readBatches(this.core, options)
  }

  subscribe(
    options: { readonly after?: bigint; readonly filter?: EventFilter; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<SubscriptionMessage> {
    this.assertOpen()
    const after = options.after ?? -1n
    if (typeof after !== 'bigint' || after < -1n)
      throw new ClyraError('INVALID_POSITION', `a subscription begins after a position or -1n, not ${String(after)}`)
    const source = { core: this.core, tree: this.#tree, closed: this.#closing.signal }
    return subscribe(source, toNumber(after + 1n), options.filter, options.signal)
  }

  async streamHead(stream: string) {
    this.assertOpen()
    assertStreamName(stream)
    await this.core.refresh()
    const head = await this.core.ports.index.head(stream)
    if (head === undefined) return undefined
    return { revision: BigInt(head.revision), position: BigInt(head.position), leaf: head.leaf }
  }

  async *streams(options: { readonly after?: string; readonly limit?: number } = {}) {
    this.assertOpen()
    await this.core.refresh()
    let { after } = options
    let left = options.limit ?? Number.MAX_SAFE_INTEGER
    while (left > 0) {
      const found = await this.core.ports.index.streams(after, Math.min(left, 256))
      for (const { stream, head } of found) {
        yield { stream, revision: BigInt(head.revision), position: BigInt(head.position) }
        after = stream
      }
      if (found.length === 0) return
      left -= found.length
    }
  }

  async positionsOf(ids: readonly string[]): Promise<(bigint | undefined)[]> {
    this.assertOpen()
    await this.core.refresh()
    const positions = await this.core.ports.index.positionsOf(ids)
    return positions.map((position) => (position === undefined ? undefined : BigInt(position)))
  }

  async sealed(position: bigint): Promise<SignedCheckpoint> {
    this.assertOpen()
    const newest = await this.#tree.newest()
    if (newest !== undefined && newest.size > toNumber(position)) return publicCheckpoint(newest)
    throw notSealed(toNumber(position) + 1)
  }

  async checkpoint(): Promise<SignedCheckpoint> {
    this.assertOpen()
    return publicCheckpoint(await this.#sealedTree())
  }

  async checkpointAt(size: bigint): Promise<SignedCheckpoint | undefined> {
    this.assertOpen()
    const kept = await this.#kept(toNumber(size))
    return kept === undefined ? undefined : publicCheckpoint(kept)
  }

  async prove(position: bigint, options: { readonly size?: bigint } = {}): Promise<InclusionProof> {
    this.assertOpen()
    const newest = await this.#sealedTree()
    const under =
      options.size === undefined || options.size === BigInt(newest.size)
        ? newest
        : await this.#kept(toNumber(options.size))
    if (under === undefined)
      throw new ClyraError('NOT_SEALED', `no checkpoint of size ${options.size} is kept`, {
        details: { size: String(options.size) },
      })
    return proveInclusion(this.core, newest, under, toNumber(position))
  }

  async proveConsistency(oldSize: bigint, newSize?: bigint): Promise<ConsistencyProof> {
    this.assertOpen()
    const newest = await this.#sealedTree()
    return proveConsistency(
      this.core,
      newest,
      toNumber(oldSize),
      newSize === undefined ? newest.size : toNumber(newSize),
    )
  }

  async proveHead(stream: string, headsPosition?: bigint): Promise<HeadsPath> {
    this.assertOpen()
    assertStreamName(stream)
    return proveHead(
      this.core,
      stream,
      headsPosition === undefined ? await this.#newestSealedHeads() : toNumber(headsPosition),
    )
  }

  async proveMany(positions: readonly bigint[], size: bigint): Promise<Uint8Array[]> {
    this.assertOpen()
    return proveMany(this.core, await this.#sealedTree(), positions.map(toNumber), toNumber(size))
  }

  keys(): Promise<KeyState[]> {
    this.assertOpen()
    return foldKeys(this.core)
  }

  async evidenceSigner(): Promise<Signer> {
    const key = currentEvidenceKey(await this.keys())
    const signer = key === undefined ? undefined : await this.core.ports.keys.signer(key.id)
    if (signer !== undefined) return signer
    throw new ClyraError(
      'NO_EVIDENCE_KEY',
      key === undefined
        ? 'the ledger has no valid evidence key'
        : `the private key of evidence key ${key.id} is not here`,
    )
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    try {
      await this.finish()
    } finally {
      await this.#release()
    }
  }

  /** What there is to do before everything is released. */
  protected async finish(): Promise<void> {}

  protected assertOpen(): void {
    if (this.#closed !== undefined) throw new ClyraError('LEDGER_CLOSED', 'the ledger was closed')
  }

  /** It is kept before it is published; nothing can be proved under it until then. */
  async #kept(size: number): Promise<Sealed | undefined> {
    const kept = await this.core.kept(size)
    const newest = await this.#tree.newest()
    return newest !== undefined && size <= newest.size ? kept : undefined
  }

  async #sealedTree(): Promise<Sealed> {
    const newest = await this.#tree.newest()
    if (newest === undefined) throw new ClyraError('NOT_SEALED', 'the ledger has no checkpoint yet')
    return newest
  }

  async #newestSealedHeads(): Promise<number> {
    const { size } = await this.#sealedTree()
    for await (const record of readStream(this.core, HEADS_STREAM, { backwards: true })) {
      if (record.position < BigInt(size)) return Number(record.position)
    }
    throw new ClyraError('NOT_SEALED', 'the ledger has no sealed heads record yet')
  }
}

/** Throws INVALID_POSITION for a negative bigint or one past 2^53-1. */
export function toNumber(value: bigint): number {
  if (typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
  throw new ClyraError('INVALID_POSITION', `a position or size is a bigint of 0n to 2^53-1, not ${String(value)}`)
}
