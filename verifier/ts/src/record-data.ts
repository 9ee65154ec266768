import { ALGORITHMS } from './algorithms.js'
import { ORIGIN, STREAM } from './grammar.js'
import type { JsonValue } from './json.js'
import { nameOf } from './note.js'
import { ALGORITHM_NAMES, hasSizeOf } from './public-key.js'
import type { Where } from './refusal.js'
import {
  anyObject,
  arrayOf,
  boolean,
  bytes,
  decimal,
  differs,
  hash,
  hashText,
  nullable,
  object,
  oneOf,
  type Shape,
  type Shaped,
  shapeAs,
  text,
} from './shape.js'
import { SPEC } from './spec.generated.js'

/**
 * The data of the record types that a verifier reads. Types of the ledger itself are strict; of the others only the
 * members that a verdict rests on are looked at, so that the rest of a run's events can grow.
 */

const LABEL = /^.{1,512}$/su

const keyMembers = object({
  id: hashText,
  purpose: oneOf(...SPEC.keyPurposes.v2),
  alg: oneOf(...ALGORITHM_NAMES),
  type: oneOf(...Object.values(ALGORITHMS).map(({ type }) => type[0]!)),
  public: bytes,
})
export type LedgerKey = Shaped<typeof keyMembers>

/** Type and size are those of the algorithm, and a ledger's own key is of one that signs checkpoints. */
const ledgerKey: Shape<LedgerKey> = (value, path) => {
  const key = keyMembers(value, path)
  const { type, checkpoints } = ALGORITHMS[key.alg]
  const fits = key.type === type[0] && hasSizeOf(key)
  return fits && (checkpoints || key.purpose !== 'ledger') ? key : differs(path, 'a key of its algorithm')
}

/** Genesis and the first version of an introduction know fewer purposes, and one algorithm. */
const firstLedgerKey: Shape<LedgerKey> = (value, path) => {
  const key = ledgerKey(value, path)
  if (key.alg !== 'ed25519') return differs(`${path}/alg`, 'ed25519')
  const purposes: readonly string[] = SPEC.keyPurposes.v1
  return purposes.includes(key.purpose) ? key : differs(`${path}/purpose`, `one of ${purposes.join(', ')}`)
}

const genesisMembers = object({
  format: oneOf(SPEC.ledgerFormat),
  admission: oneOf(SPEC.admission),
  hash: oneOf(SPEC.hashSuite),
  origin: text(ORIGIN),
  nonce: hash,
  keys: arrayOf(firstLedgerKey, { min: 1, max: SPEC.limits.ledgerKeys }),
  roots: arrayOf(firstLedgerKey, { max: SPEC.limits.ledgerKeys }),
})
export type GenesisData = Shaped<typeof genesisMembers>

/** A signature line names one ledger key or none: no two of them have the same key hash under the origin. */
const genesis: Shape<GenesisData> = (value, path) => {
  const data = genesisMembers(value, path)
  const names = new Set(data.keys.map((key) => nameOf({ ...key, name: data.origin })))
  return names.size === data.keys.length ? data : differs(`${path}/keys`, 'a list of keys with different key hashes')
}

const WORD = /^[a-z][a-z0-9-]{0,30}$/
const started = { subject: text(LABEL), demonstration: boolean, governance: anyObject, policy: nullable(hashText) }

const linkedMembers = object({ stream: text(STREAM), role: oneOf(...SPEC.linkRoles) }, { open: true })
/** The role is the category of the stream. */
const linked: typeof linkedMembers = (value, path) => {
  const link = linkedMembers(value, path)
  return link.stream.startsWith(`${link.role}-`) ? link : differs(`${path}/stream`, `a stream ${link.role}-`)
}

const SHAPES = {
  'dev.clyra.ledger.genesis.v1': genesis,
  'dev.clyra.ledger.key.introduced.v1': object({ key: firstLedgerKey, replaces: nullable(hashText) }),
  'dev.clyra.ledger.key.introduced.v2': object({ key: ledgerKey, replaces: nullable(hashText) }),
  'dev.clyra.ledger.key.revoked.v1': object({
    id: hashText,
    reason: oneOf('superseded', 'compromised', 'retired'),
    compromisedSince: nullable(decimal),
  }),
  'dev.clyra.ledger.heads.v1': object({ size: decimal, root: hash }),
  'dev.clyra.ledger.redacted.v1': object({
    subject: text(LABEL),
    reason: oneOf('erasure-request', 'retention', 'mistake'),
  }),
  'dev.clyra.ledger.adopted.v1': object({
    reason: oneOf('copy', 'set-back', 'forked'),
    had: decimal,
    signedSize: nullable(decimal),
    signedRoot: nullable(hashText),
  }),
  'dev.clyra.ledger.lost.v1': object({ signedSize: decimal, signedRoot: hashText }),
  'dev.clyra.run.started.v1': object(started, { open: true }),
  'dev.clyra.run.started.v2': object(
    {
      ...started,
      tool: text(WORD),
      capture: text(WORD),
      payout: nullable(anyObject),
      parent: nullable(text(/^[A-Za-z0-9._:~-]{1,200}$/)),
    },
    { open: true },
  ),
  'dev.clyra.run.linked.v1': linked,
  'dev.clyra.window.closed.v1': object({ records: decimal }, { open: true }),
  'dev.clyra.run.gap.v1': object({ reason: text(/^[a-z0-9-]{1,64}$/) }, { open: true }),
  'dev.clyra.run.reread.v1': object({ voices: arrayOf(text(/^[a-z0-9-]{1,64}$/)) }, { open: true }),
  'dev.clyra.artifact.captured.v1': object({ sha256: hashText, size: decimal }, { open: true }),
} as const

export type ReadType = keyof typeof SHAPES
export type ReadData<T extends ReadType> = Shaped<(typeof SHAPES)[T]>

/** Checks the data of a type that is read; other types pass. Throws RECORD_DATA_INVALID. */
export function readData(type: string, data: JsonValue, where: Where): void {
  if (Object.hasOwn(SHAPES, type)) {
    // An own member of SHAPES.
    shapeAs<unknown>(SHAPES[type as ReadType], data, 'RECORD_DATA_INVALID', where)
  }
}

/** The typed data of `record` where it is of `type`, else undefined. Data were checked when the record was admitted. */
export function dataOf<T extends ReadType>(
  record: { readonly type: string; readonly data: JsonValue },
  type: T,
): ReadData<T> | undefined {
  if (record.type !== type) return undefined
  // The table holds for each type T the shape that gives ReadData<T>.
  return shapeAs(SHAPES[type] as unknown as Shape<ReadData<T>>, record.data, 'RECORD_DATA_INVALID', {})
}

/** What either of two versions of a type says, where they say it alike. */
export function introducedKey(record: Parameters<typeof dataOf>[0]) {
  return dataOf(record, 'dev.clyra.ledger.key.introduced.v2') ?? dataOf(record, 'dev.clyra.ledger.key.introduced.v1')
}

/** A member of data that no shape was asked of: what is absent, or not an object, says nothing. */
export function memberOf(data: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  return Object.hasOwn(data, name) ? data[name] : undefined
}
