import { createPrivateKey, sign } from 'node:crypto'
import { getPublicKey, hashes } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { ALGORITHMS, type AlgorithmName } from '../src/algorithms.js'
import { base64, concatBytes, hex, u16be, utf8 } from '../src/bytes.js'
import { canonicalBytes } from '../src/canonical.js'
import { streamStart } from '../src/chain.js'
import { HeadsMap, type HeadsProof } from '../src/heads-map.js'
import type { JsonObject, JsonValue } from '../src/json.js'
import { leafHash, rootOf } from '../src/merkle.js'
import { formatVkey, type NoteKey, noteKeyHash } from '../src/note.js'
import { keyId } from '../src/public-key.js'
import { sha256 } from '../src/sha256.js'
import { tilePath } from '../src/tiles.js'

/**
 * A small ledger for tests and golden vectors, made without the rest of Clyra: honest by default, and able to lie in
 * every place on purpose. Everything follows from the seeds, so the same calls give the same bytes.
 */

hashes.sha512 = sha512

export interface TestKey {
  readonly publicKey: Uint8Array
  readonly id: string
  /** Absent: Ed25519. */
  readonly alg?: AlgorithmName
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** A key of which nobody has to know the secret. */
export type PublicKey = Omit<TestKey, 'sign'>

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export function testKey(label: string): TestKey {
  const seed = sha256(utf8(`clyra test key: ${label}`))
  const publicKey = getPublicKey(seed)
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  return {
    publicKey,
    id: keyId({ alg: 'ed25519', public: publicKey }),
    sign: (message) => Uint8Array.from(sign(null, message, secret)),
  }
}

/** The public half of a test key under a name. */
export const noteKey = (name: string, { publicKey, alg = 'ed25519' }: Pick<TestKey, 'publicKey' | 'alg'>): NoteKey => ({
  name,
  alg,
  public: publicKey,
})

export const keyObject = ({ id, publicKey, alg = 'ed25519' }: PublicKey, purpose: string): JsonObject => ({
  id,
  purpose,
  alg,
  type: ALGORITHMS[alg].type[0]!,
  public: hex(publicKey),
})

export interface Draft {
  readonly stream: string
  readonly type: string
  readonly data: JsonValue
  /** Attributes that replace the honest ones; undefined removes. */
  readonly attributes?: Readonly<Record<string, JsonValue | undefined>>
  /** The record's bytes instead of the canonical ones. */
  readonly bytes?: (honest: Uint8Array) => Uint8Array
}

export interface MadeRecord {
  readonly stream: string
  readonly revision: number
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  readonly id: string
  readonly recordedat: string
}

export class TestLedger {
  readonly origin: string
  readonly ledgerKey: TestKey
  readonly records: MadeRecord[] = []
  readonly #heads = new Map<string, { revision: number; leaf: Uint8Array }>()

  constructor({
    origin = 'vectors.clyra.internal',
    seed = 'ledger',
    key = testKey(seed),
    genesis = (draft: Draft): Draft => draft,
  } = {}) {
    this.origin = origin
    this.ledgerKey = key
    this.append(
      genesis({
        stream: 'ledger-genesis',
        type: 'dev.clyra.ledger.genesis.v1',
        data: {
          format: 'clyra.ledger/1',
          admission: 'clyra.admission/1',
          hash: 'rfc6962-sha256',
          origin,
          nonce: hex(sha256(utf8(`clyra test nonce: ${seed}`))),
          keys: [keyObject(this.ledgerKey, 'ledger')],
          roots: [],
        },
      }),
    )
  }

  get genesis(): Uint8Array {
    return this.records[0]!.leaf
  }

  get vkey(): string {
    return formatVkey(noteKey(this.origin, this.ledgerKey))
  }

  append(draft: Draft): number {
    const { stream, type, data } = draft
    const position = this.records.length
    const head = this.#heads.get(stream)
    const revision = head === undefined ? 0 : head.revision + 1
    const second = String(position % 60).padStart(2, '0')
    const minute = String(Math.floor(position / 60) % 60).padStart(2, '0')
    const hour = String(Math.floor(position / 3600)).padStart(2, '0')
    const at = `2025-01-01T${hour}:${minute}:${second}`
    const honest: Record<string, JsonValue | undefined> = {
      specversion: '1.0',
      id: `01940000-0000-7000-8000-${position.toString(16).padStart(12, '0')}`,
      source: '/test',
      type,
      time: `${at}Z`,
      data,
      ledger: this.origin,
      stream,
      revision: String(revision),
      prev: this.#prev(stream, head, position),
      submitter: 'local',
      recordedat: `${at}.000Z`,
      ...draft.attributes,
    }
    const event: JsonObject = {}
    for (const [name, value] of Object.entries(honest)) if (value !== undefined) event[name] = value
    const bytes = (draft.bytes ?? ((same) => same))(canonicalBytes(event))
    const leaf = leafHash(bytes)
    const told = event['stream'] === undefined ? stream : String(event['stream'])
    const toldRevision = Number(event['revision'] ?? revision)
    this.records.push({
      stream: told,
      revision: toldRevision,
      bytes,
      leaf,
      id: String(event['id']),
      recordedat: String(event['recordedat']),
    })
    this.#heads.set(told, { revision: toldRevision, leaf })
    return position
  }

  #prev(stream: string, head: { leaf: Uint8Array } | undefined, position: number): string {
    if (head !== undefined) return hex(head.leaf)
    return position === 0 ? '0'.repeat(64) : streamStart(this.genesis, stream)
  }

  /** The map of stream heads after the first `size` records. */
  headsMap(size = this.records.length): HeadsMap {
    const map = new HeadsMap()
    for (const { stream, revision, leaf } of this.records.slice(0, size)) map.set(stream, { revision, leaf })
    return map
  }

  introduce(key: PublicKey, purpose = 'evidence', replaces: string | null = null): number {
    const data = { key: keyObject(key, purpose), replaces }
    return this.append({ stream: 'ledger-keys', type: 'dev.clyra.ledger.key.introduced.v2', data })
  }

  revoke(key: TestKey, reason = 'superseded', compromisedSince: string | null = null): number {
    const data = { id: key.id, reason, compromisedSince }
    return this.append({ stream: 'ledger-keys', type: 'dev.clyra.ledger.key.revoked.v1', data })
  }

  /** A heads record over everything before it, or with a lie in its data or attributes. */
  appendHeads(lie: Partial<Draft> = {}): number {
    const data = { size: String(this.records.length), root: hex(this.headsMap().root()) }
    return this.append({ stream: 'ledger-heads', type: 'dev.clyra.ledger.heads.v1', data, ...lie })
  }

  root(size = this.records.length): Uint8Array {
    return rootOf(this.records.slice(0, size).map(({ leaf }) => leaf))
  }

  checkpointText(size = this.records.length): string {
    return `${this.origin}\n${size}\n${base64(this.root(size))}\n`
  }

  checkpoint(size = this.records.length): Uint8Array {
    return signedNote(this.checkpointText(size), [{ name: this.origin, key: this.ledgerKey }])
  }

  /** The log as C2SP tiles: path -> bytes. */
  tiles(): Map<string, Uint8Array> {
    const files = new Map([['checkpoint', this.checkpoint()]])
    const chunked = <T>(items: readonly T[]): T[][] =>
      Array.from({ length: Math.ceil(items.length / 256) }, (_, i) => items.slice(i * 256, i * 256 + 256))
    for (const [i, chunk] of chunked(this.records).entries()) {
      const bytes = concatBytes(...chunk.flatMap((record) => [u16be(record.bytes.length), record.bytes]))
      files.set(tilePath('entries', i, chunk.length), bytes)
    }
    let row = this.records.map(({ leaf }) => leaf)
    for (let level = 0; row.length > 0; level++) {
      for (const [i, chunk] of chunked(row).entries())
        files.set(tilePath(level, i, chunk.length), concatBytes(...chunk))
      row = chunked(row)
        .filter((chunk) => chunk.length === 256)
        .map((chunk) => rootOf(chunk))
    }
    return files
  }

  /** Hashes of the multiproof for `positions`. */
  multiProof(positions: readonly number[], size = this.records.length): Uint8Array[] {
    const leaves = this.records.map(({ leaf }) => leaf)
    const hashesOut: Uint8Array[] = []
    const walk = (low: number, high: number): void => {
      if (!positions.some((position) => position >= low && position < high)) {
        hashesOut.push(rootOf(leaves.slice(low, high)))
        return
      }
      if (high - low === 1) return
      let k = 1
      while (k * 2 < high - low) k *= 2
      walk(low, low + k)
      walk(low + k, high)
    }
    walk(0, size)
    return hashesOut
  }
}

export function signatureLine(name: string, key: TestKey, text: string): string {
  const hash = noteKeyHash(noteKey(name, key))
  return `\u2014 ${name} ${base64(concatBytes(hash, key.sign(utf8(text))))}\n`
}

export function signedNote(text: string, signers: readonly { name: string; key: TestKey }[]): Uint8Array {
  return utf8(`${text}\n${signers.map(({ name, key }) => signatureLine(name, key, text)).join('')}`)
}

export const headsPath = (
  stream: string,
  head: { revision: number; leaf: Uint8Array } | null,
  proof: HeadsProof,
): JsonObject => ({
  stream,
  head: head && { revision: String(head.revision), leaf: hex(head.leaf) },
  siblings: proof.siblings.map(hex),
  other: proof.other && { key: hex(proof.other.keyHash), value: hex(proof.other.valueHash) },
})
