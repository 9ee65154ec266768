import { type Signer, vkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import {
  type AppendableEvent,
  assertAppendableStream,
  assertStreamName,
  HEADS_STREAM,
  isPrepared,
  isReservedStream,
  isReservedType,
  type LedgerRecord,
  type PreparedEvents,
  prepare,
} from '../events/index.js'
import type { PreparedAppend } from './admission.js'
import { lastPosition, publicResult } from './append-result.js'
import { parseExpected } from './expected-revision.js'
import type {
  AppendOptions,
  AppendResult,
  EventFilter,
  ExpectedRevision,
  Ledger,
  ReadAllOptions,
  ReadOptions,
  RecordView,
  SignedCheckpoint,
  StreamAppend,
  SubscriptionMessage,
} from './ledger.js'
import type { LedgerCore } from './ledger-core.js'
import { assertRevocable, currentEvidenceKey, foldKeys, type KeyState } from './ledger-keys.js'
import type { ConsistencyProof, HeadsPath, InclusionProof } from './proofs.js'
import { proveConsistency, proveHead, proveInclusion, proveMany } from './prove.js'
import { readAll, readBatches, readStream } from './read-records.js'
import { RoomPool } from './room-pool.js'
import { publicCheckpoint, type Sealed } from './signed-checkpoint.js'
import { subscribe } from './subscribe.js'
import type { Adoption } from './witness.js'
import type { Writer } from './writer.js'

/** What the handle of an opened ledger gives beside the `Ledger`: what programs need to sign and to report. */
export interface LedgerHandle extends Ledger {
  /** The ledger's public key as a C2SP vkey: what a verifier pins. */
  readonly vkey: string
  /** 64 hex digits: the fingerprint of the ledger's key. */
  readonly keyId: string
  /** The keys of `ledger-keys` with their validity, in order of introduction. */
  keys(): Promise<KeyState[]>
  /** The signer of the newest valid evidence key. Rejects with NO_EVIDENCE_KEY. */
  evidenceSigner(): Promise<Signer>
  /** Unsealed records, and why the last attempt to seal failed if it did. Zero for a reader. */
  sealing(): { readonly backlog: number; readonly failure: ClyraError | undefined }
  /** What opening with `adopt` has recorded; undefined where there was nothing to go on about. */
  readonly adoption: Adoption | undefined
}

export interface EventLedgerParts {
  readonly core: LedgerCore
  /** Absent: the handle reads only. */
  readonly writer: Writer | undefined
  readonly now: () => number
  readonly sealedBeyond: (size: number, signal: AbortSignal) => Promise<void>
  /** Releases the ports. */
  readonly release: () => Promise<void>
}

/** The one implementation of `Ledger`, over any store. Built by `openLedger`. */
export class EventLedger implements LedgerHandle {
  readonly #parts: EventLedgerParts
  readonly #core: LedgerCore
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined
  readonly #rooms = new RoomPool()

  constructor(parts: EventLedgerParts) {
    this.#parts = parts
    this.#core = parts.core
  }

  get origin(): string {
    return this.#core.genesis.origin
  }

  get identity(): Uint8Array {
    return this.#core.genesis.identity
  }

  get vkey(): string {
    return vkey(this.origin, this.#core.genesis.key)
  }

  get keyId(): string {
    return this.#core.genesis.key.keyId
  }

  get adoption(): Adoption | undefined {
    return this.#parts.writer?.adoption
  }

  get readOnly(): boolean {
    return this.#parts.writer === undefined
  }

  async size(): Promise<bigint> {
    this.#assertOpen()
    return BigInt(await this.#core.ports.store.head())
  }

  async append(
    stream: string,
    expectedRevision: ExpectedRevision,
    events: readonly AppendableEvent[] | PreparedEvents,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    const [result] = await this.appendMany([{ stream, expectedRevision, events }], options)
    // appendMany gives one result for each append.
    return result!
  }

  async appendMany(appends: readonly StreamAppend[], options: AppendOptions = {}): Promise<AppendResult[]> {
    const writer = this.#writer()
    if (appends.length === 0) throw new ClyraError('EVENT_INVALID', 'there is nothing to append')
    // Prepared now, before the first await: what the caller does with its objects later changes nothing.
    const lent: ArrayBuffer[] = []
    const parts = appends.map((append) => this.#prepareAppend(append, lent))
    try {
      return (await writer.append(parts, options.signal)).map(publicResult)
    } finally {
      // Settled, nobody looks at what was prepared: records and frames are copies.
      for (const memory of lent) this.#rooms.give(memory)
    }
  }

  readStream(stream: string, options: ReadOptions & { readonly from?: bigint } = {}): AsyncIterable<RecordView> {
    this.#assertOpen()
    assertStreamName(stream)
    return readStream(this.#core, stream, options)
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordView> {
    this.#assertOpen()
    return readAll(this.#core, options)
  }

  readBatches(options: ReadAllOptions = {}): AsyncIterable<readonly LedgerRecord[]> {
    this.#assertOpen()
    return readBatches(this.#core, options)
  }

  subscribe(
    options: { readonly after?: bigint; readonly filter?: EventFilter; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<SubscriptionMessage> {
    this.#assertOpen()
    const after = options.after ?? -1n
    if (typeof after !== 'bigint' || after < -1n)
      throw new ClyraError('INVALID_POSITION', `a subscription begins after a position or -1n, not ${String(after)}`)
    const source = {
      core: this.#core,
      checkpoint: () => this.#newest(),
      sealedBeyond: this.#parts.sealedBeyond,
      closed: this.#closing.signal,
    }
    return subscribe(source, toNumber(after + 1n), options.filter, options.signal)
  }

  async streamHead(stream: string) {
    this.#assertOpen()
    assertStreamName(stream)
    await this.#core.refresh()
    const head = this.#core.ports.index.head(stream)
    if (head === undefined) return undefined
    return { revision: BigInt(head.revision), position: BigInt(head.position), leaf: head.leaf }
  }

  async *streams(options: { readonly after?: string; readonly limit?: number } = {}) {
    this.#assertOpen()
    await this.#core.refresh()
    let { after } = options
    let left = options.limit ?? Number.MAX_SAFE_INTEGER
    while (left > 0) {
      const found = this.#core.ports.index.streams(after, Math.min(left, 256))
      for (const { stream, head } of found) {
        yield { stream, revision: BigInt(head.revision), position: BigInt(head.position) }
        after = stream
      }
      if (found.length === 0) return
      left -= found.length
    }
  }

  async positionsOf(ids: readonly string[]): Promise<(bigint | undefined)[]> {
    this.#assertOpen()
    await this.#core.refresh()
    return this.#core.ports.index
      .positionsOf(ids)
      .map((position) => (position === undefined ? undefined : BigInt(position)))
  }

  async sealed(position: bigint): Promise<SignedCheckpoint> {
    this.#assertOpen()
    const size = toNumber(position) + 1
    const { writer } = this.#parts
    if (writer !== undefined) return publicCheckpoint(await writer.sealTo(size))
    const newest = await this.#newest()
    if (newest !== undefined && newest.size >= size) return publicCheckpoint(newest)
    throw new ClyraError('NOT_SEALED', `no checkpoint covers position ${position} yet, and a reader cannot seal`, {
      details: { position: String(position) },
    })
  }

  async heads(): Promise<{ readonly position: bigint; readonly checkpoint: SignedCheckpoint }> {
    const writer = this.#writer()
    const position = await writer.appendHeads()
    await writer.sealer.sealTo(position + 1)
    const kept = await this.#core.kept(position + 1)
    if (kept === undefined)
      throw new ClyraError('SEAL_FAILED', `no checkpoint was kept for the heads record at ${position}`, {
        details: { position },
      })
    return { position: BigInt(position), checkpoint: publicCheckpoint(kept) }
  }

  async checkpoint(): Promise<SignedCheckpoint> {
    this.#assertOpen()
    return publicCheckpoint(await this.#sealedTree())
  }

  async checkpointAt(size: bigint): Promise<SignedCheckpoint | undefined> {
    this.#assertOpen()
    const kept = await this.#core.kept(toNumber(size))
    return kept === undefined ? undefined : publicCheckpoint(kept)
  }

  async prove(position: bigint, options: { readonly size?: bigint } = {}): Promise<InclusionProof> {
    this.#assertOpen()
    const newest = await this.#sealedTree()
    const under =
      options.size === undefined || options.size === BigInt(newest.size)
        ? newest
        : await this.#core.kept(toNumber(options.size))
    if (under === undefined)
      throw new ClyraError('NOT_SEALED', `no checkpoint of size ${options.size} is kept`, {
        details: { size: String(options.size) },
      })
    return proveInclusion(this.#core, newest, under, toNumber(position))
  }

  async proveConsistency(oldSize: bigint, newSize?: bigint): Promise<ConsistencyProof> {
    this.#assertOpen()
    const newest = await this.#sealedTree()
    return proveConsistency(
      this.#core,
      newest,
      toNumber(oldSize),
      newSize === undefined ? newest.size : toNumber(newSize),
    )
  }

  async proveHead(stream: string, headsPosition?: bigint): Promise<HeadsPath> {
    this.#assertOpen()
    assertStreamName(stream)
    return proveHead(
      this.#core,
      stream,
      headsPosition === undefined ? await this.#newestSealedHeads() : toNumber(headsPosition),
    )
  }

  async proveMany(positions: readonly bigint[], size: bigint): Promise<Uint8Array[]> {
    this.#assertOpen()
    return proveMany(this.#core, await this.#sealedTree(), positions.map(toNumber), toNumber(size))
  }

  keys(): Promise<KeyState[]> {
    this.#assertOpen()
    return foldKeys(this.#core)
  }

  async evidenceSigner(): Promise<Signer> {
    const key = currentEvidenceKey(await this.keys())
    const signer = key === undefined ? undefined : await this.#core.ports.keys.signer(key.id)
    if (signer !== undefined) return signer
    throw new ClyraError(
      'NO_EVIDENCE_KEY',
      key === undefined
        ? 'the ledger has no valid evidence key'
        : `the private key of evidence key ${key.id} is not here`,
      {
        fix: 'clyra keys rotate',
      },
    )
  }

  sealing(): { readonly backlog: number; readonly failure: ClyraError | undefined } {
    const sealer = this.#parts.writer?.sealer
    return { backlog: sealer?.backlog ?? 0, failure: sealer?.failure }
  }

  async rotateEvidenceKey(): Promise<{ readonly id: string; readonly position: bigint }> {
    const writer = this.#writer()
    const replaces = currentEvidenceKey(await this.keys())?.id ?? null
    const signer = await this.#core.ports.keys.generate('evidence')
    const [appended] = await writer.append([writer.own.keyIntroduced(signer, replaces)])
    return { id: signer.keyId, position: lastPosition(appended) }
  }

  async revokeKey(
    id: string,
    options: { readonly reason: 'superseded' | 'compromised' | 'retired'; readonly compromisedSince?: bigint },
  ): Promise<bigint> {
    const writer = this.#writer()
    assertRevocable(this.#core, await this.keys(), id)
    const since = options.compromisedSince === undefined ? undefined : toNumber(options.compromisedSince)
    const [appended] = await writer.append([writer.own.keyRevoked(id, options.reason, since)])
    return lastPosition(appended)
  }

  async recordRedaction(subject: string, reason: 'erasure-request' | 'retention' | 'mistake'): Promise<bigint> {
    const writer = this.#writer()
    const [appended] = await writer.append([writer.own.redacted(subject, reason)])
    return lastPosition(appended)
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
      await this.#parts.writer?.close()
    } finally {
      await this.#parts.release()
    }
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new ClyraError('LEDGER_CLOSED', 'the ledger was closed')
  }

  #writer(): Writer {
    this.#assertOpen()
    if (this.#parts.writer === undefined) throw new ClyraError('READ_ONLY', 'the ledger was opened read-only')
    return this.#parts.writer
  }

  /** `lent`: takes note of memory that is free again when the append is settled. */
  #prepareAppend({ stream, expectedRevision, events }: StreamAppend, lent: ArrayBuffer[]): PreparedAppend {
    assertAppendableStream(stream)
    if (isReservedStream(stream)) {
      throw new ClyraError('RESERVED_STREAM', `${stream} is written by the ledger alone`, { details: { stream } })
    }
    const expected = parseExpected(expectedRevision)
    const prepared = isPrepared(events)
      ? events
      : prepare(events, { registry: this.#core.registry, now: this.#parts.now, room: this.#rooms.take() })
    if (prepared !== events) lent.push(prepared.bytes.buffer)
    const reserved = prepared.types.find(isReservedType)
    if (reserved !== undefined)
      throw new ClyraError('RESERVED_STREAM', `${reserved} is written by the ledger alone`, {
        details: { type: reserved },
      })
    if (prepared.ids.length === 0)
      throw new ClyraError('EVENT_INVALID', `there is nothing to append to ${stream}`, { details: { stream } })
    return { stream, expected, events: prepared }
  }

  async #newest(): Promise<Sealed | undefined> {
    const { writer } = this.#parts
    return writer === undefined ? this.#core.published() : writer.sealer.newest
  }

  async #sealedTree(): Promise<Sealed> {
    const newest = await this.#newest()
    if (newest === undefined) throw new ClyraError('NOT_SEALED', 'the ledger has no checkpoint yet')
    return newest
  }

  async #newestSealedHeads(): Promise<number> {
    const { size } = await this.#sealedTree()
    for await (const record of readStream(this.#core, HEADS_STREAM, { backwards: true })) {
      if (record.position < BigInt(size)) return Number(record.position)
    }
    throw new ClyraError('NOT_SEALED', 'the ledger has no sealed heads record yet')
  }
}

/** Throws INVALID_POSITION for a negative bigint or one past 2^53-1. */
function toNumber(value: bigint): number {
  if (typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
  throw new ClyraError('INVALID_POSITION', `a position or size is a bigint of 0n to 2^53-1, not ${String(value)}`)
}
