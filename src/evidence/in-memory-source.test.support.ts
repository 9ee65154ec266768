import { hex } from '../canonical/index.js'
import { ALGORITHMS, formatCheckpoint, type Signer, signerOf, signNote } from '../crypto/index.js'
import {
  type AppendableEvent,
  finishRecord,
  GENESIS_PREV,
  HEADS_STREAM,
  parseRecord,
  prepare,
  streamStartValue,
} from '../events/index.js'
import type { RecordView, SignedCheckpoint } from '../ledger/index.js'
import { HeadsMap, leafHash, leavesReader, multiProof, rootOf } from '../merkle/index.js'
import type { BundleSources } from './build-bundle.js'
import type { EvidenceSource } from './collect-evidence.js'

export const ORIGIN = 'test.clyra.internal'
export const TIME = '2026-01-02T03:04:05.678Z'
export const LEDGER_SEED = new Uint8Array(32).fill(1)
export const EVIDENCE_SEED = new Uint8Array(32).fill(2)

const keyOf = (signer: Signer, purpose: 'ledger' | 'evidence') => {
  const { keyId: id, algorithm: alg, publicKey } = signer
  return { id, purpose, alg, type: ALGORITHMS[alg].type[0]!, public: hex(publicKey) }
}

/** A log of records in memory with real chaining, trees and notes; it stands for the ledger where order is all that matters. */
export class InMemorySource implements EvidenceSource {
  readonly origin = ORIGIN
  readonly records: RecordView[] = []
  readonly checkpoints = new Map<bigint, SignedCheckpoint>()
  headsCalls = 0

  static async create(evidenceKey = true): Promise<InMemorySource> {
    const source = new InMemorySource()
    const keys = [keyOf(signerOf('ed25519', LEDGER_SEED), 'ledger')]
    const data = {
      format: 'clyra.ledger/1' as const,
      admission: 'clyra.admission/1' as const,
      hash: 'rfc6962-sha256' as const,
      origin: ORIGIN,
      nonce: '0'.repeat(64),
      keys,
      roots: [],
    }
    source.append('ledger-genesis', { type: 'dev.clyra.ledger.genesis.v1', source: 'clyra', data })
    if (evidenceKey) source.introduce(signerOf('ed25519', EVIDENCE_SEED))
    return source
  }

  get identity(): Uint8Array {
    return this.records[0]!.leaf
  }

  introduce(signer: Signer): void {
    const data = { key: keyOf(signer, 'evidence'), replaces: null }
    this.append('ledger-keys', { type: 'dev.clyra.ledger.key.introduced.v2', source: 'clyra', data })
  }

  append(stream: string, ...events: AppendableEvent[]): void {
    let serial = this.records.length
    const prepared = prepare(events, {
      allowReserved: true,
      now: () => Date.parse(TIME),
      randomId: () => `01890a5d-ac96-774b-bcce-${(serial++).toString(16).padStart(12, '0')}`,
    })
    for (let i = 0; i < events.length; i++) {
      const last = this.of(stream).at(-1)
      const start = this.records.length === 0 ? GENESIS_PREV : undefined
      const prev = last?.leaf ?? start ?? streamStartValue(this.identity, stream)
      const revision = this.of(stream).length
      const bytes = finishRecord(prepared, i, {
        ledger: ORIGIN,
        stream,
        revision,
        prev,
        submitter: 'local',
        recordedat: TIME,
      })
      const event = parseRecord(bytes)
      const position = BigInt(this.records.length)
      this.records.push({
        position,
        leaf: leafHash(bytes),
        bytes,
        event,
        type: event.type,
        stream,
        revision: BigInt(revision),
      })
    }
  }

  of(stream: string, below = this.records.length): RecordView[] {
    return this.records.slice(0, below).filter((record) => record.stream === stream)
  }

  async streamHead(stream: string) {
    return this.of(stream).at(-1)
  }

  async *readStream(stream: string, { backwards = false, from = 0n }: { backwards?: boolean; from?: bigint } = {}) {
    yield* backwards ? this.of(stream).reverse() : this.of(stream).slice(Number(from))
  }

  async *readAll(options: { from?: bigint; limit?: number } = {}) {
    const from = Number(options.from ?? 0n)
    yield* this.records.slice(from, from + (options.limit ?? Number.POSITIVE_INFINITY))
  }

  async heads() {
    this.headsCalls++
    const position = this.records.length
    const data = { size: String(position), root: hex(this.#mapBefore(position).root()) }
    this.append(HEADS_STREAM, { type: 'dev.clyra.ledger.heads.v1', source: 'clyra', data })
    const root = rootOf(this.records.map((record) => record.leaf))
    const text = formatCheckpoint({ origin: ORIGIN, size: position + 1, root })
    const note = await signNote(text, [{ name: ORIGIN, signer: signerOf('ed25519', LEDGER_SEED) }])
    const checkpoint = { origin: ORIGIN, size: BigInt(position + 1), root, note }
    this.checkpoints.set(checkpoint.size, checkpoint)
    return { position: BigInt(position), checkpoint }
  }

  async checkpointAt(size: bigint) {
    return this.checkpoints.get(size)
  }

  async proveHead(stream: string, headsPosition = 0n) {
    const map = this.#mapBefore(Number(headsPosition))
    const head = this.of(stream, Number(headsPosition)).at(-1) ?? null
    return { position: headsPosition, root: map.root(), stream, head, proof: map.prove(stream) }
  }

  async proveMany(positions: readonly bigint[], size: bigint) {
    const leaves = this.records.slice(0, Number(size)).map((record) => record.leaf)
    return multiProof(positions.map(Number), Number(size), leavesReader(leaves))
  }

  #mapBefore(position: number): HeadsMap {
    const map = new HeadsMap()
    for (const record of this.records.slice(0, position)) map.set(record.stream, Number(record.revision), record.leaf)
    return map
  }
}

/** A ledger whose vault and artefact store are empty. */
export function sourcesOf(ledger: EvidenceSource, signers: readonly Signer[]): BundleSources {
  return {
    ledger,
    artifacts: { get: async () => undefined },
    vault: { subjectKey: async () => undefined, values: async () => [] },
    signers: async () => signers,
  }
}
