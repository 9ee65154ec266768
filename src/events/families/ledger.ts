import * as z from 'zod'
import { fromHex } from '../../canonical/index.js'
import { ALGORITHMS, keyIdOf, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../../crypto/index.js'
import type { Upcaster } from '../upcaster.js'
import { decimalString, hexDigest, label } from './shapes.js'

const FIRST_PURPOSES = ['ledger', 'evidence', 'attestation', 'badge'] as const

/** Hexadecimal of what measures as keys of one of these algorithms do. */
function publicKeyOf(names: readonly SignatureAlgorithm[]) {
  const sizes = names.map((name) => ALGORITHMS[name].publicKeyBytes)
  const [least, most] = [Math.min(...sizes.map(([one]) => one)), Math.max(...sizes.map(([, one]) => one))]
  return z.string().regex(new RegExp(`^([0-9a-f]{2}){${least},${most}}$`))
}

/** One key, one purpose. `id` = hex SHA-256(type || public key); `type` is the C2SP signature type. */
const keyFor = <const Purpose extends string, const Name extends SignatureAlgorithm>(
  purposes: readonly Purpose[],
  names: readonly Name[],
) =>
  z
    .strictObject({
      id: hexDigest,
      purpose: z.enum(purposes),
      alg: z.enum(names),
      type: z.literal(names.map((name) => ALGORITHMS[name].type[0]!)),
      public: publicKeyOf(names),
    })
    .refine(isOfItsAlgorithm, 'is not a key of its algorithm')
    .refine(hasItsId, 'has an id that is not the hash of its public key')

/** What genesis and the first version of an introduction know. */
const firstLedgerKey = keyFor(FIRST_PURPOSES, ['ed25519'])
export const ledgerKey = keyFor([...FIRST_PURPOSES, 'receipt'], SIGNATURE_ALGORITHMS)
export type LedgerKey = z.infer<typeof ledgerKey>

interface UncheckedKey {
  readonly id: string
  readonly purpose: string
  readonly alg: SignatureAlgorithm
  readonly type: number
  readonly public: string
}

const isHex = (text: string): boolean => /^([0-9a-f]{2})+$/.test(text)

/** Type and size are those of the algorithm, and a ledger's own key is of one that signs checkpoints. */
function isOfItsAlgorithm({ purpose, alg, type, public: text }: UncheckedKey): boolean {
  const algorithm = ALGORITHMS[alg]
  if (type !== algorithm.type[0] || (purpose === 'ledger' && !algorithm.checkpoints)) return false
  const [least, most] = algorithm.publicKeyBytes
  // What is no hexadecimal has its own issue already.
  return !isHex(text) || (2 * least <= text.length && text.length <= 2 * most)
}

/** A malformed public key has no id. */
function hasItsId({ id, alg, public: text }: UncheckedKey): boolean {
  return isHex(text) && id === keyIdOf({ algorithm: alg, publicKey: fromHex(text) })
}

export const ledger = {
  /** Record 0, stream `ledger-genesis`. Its leaf hash is the ledger's identity. */
  'dev.clyra.ledger.genesis.v1': z.strictObject({
    format: z.literal('clyra.ledger/1'),
    admission: z.literal('clyra.admission/1'),
    hash: z.literal('rfc6962-sha256'),
    origin: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/),
    /** 32 random bytes. */
    nonce: hexDigest,
    keys: z.array(firstLedgerKey).min(1).max(16),
    /** Offline root keys; may be empty. */
    roots: z.array(firstLedgerKey).max(16),
  }),
  /** Stream `ledger-keys`: valid from this record's position. `replaces` names the key it takes over from, which stays valid until revoked. */
  'dev.clyra.ledger.key.introduced.v1': z.strictObject({ key: firstLedgerKey, replaces: hexDigest.nullable() }),
  'dev.clyra.ledger.key.introduced.v2': z.strictObject({ key: ledgerKey, replaces: hexDigest.nullable() }),
  /** Stream `ledger-keys`: the key is valid up to the position before this record, or before `compromisedSince`. */
  'dev.clyra.ledger.key.revoked.v1': z
    .strictObject({
      id: hexDigest,
      reason: z.enum(['superseded', 'compromised', 'retired']),
      compromisedSince: decimalString.nullable(),
    })
    .refine(
      (revoked) => revoked.compromisedSince === null || revoked.reason === 'compromised',
      'says since when only of a compromised key',
    ),
  /** Stream `ledger-heads`: the root of the stream-heads map of the `size` records before this one (size = its position). */
  'dev.clyra.ledger.heads.v1': z.strictObject({ size: decimalString, root: hexDigest }),
  /** Stream `ledger-redactions`: the subject key was destroyed. */
  'dev.clyra.ledger.redacted.v1': z.strictObject({
    subject: label,
    reason: z.enum(['erasure-request', 'retention', 'mistake']),
  }),
  /**
   * Stream `ledger-adoptions`: from here on a copy goes on, or a ledger that was set back. `had`: the records that it held.
   * `signedSize` and `signedRoot`: the checkpoint that was signed before and is not borne out by what precedes; both null
   * where there is none.
   */
  'dev.clyra.ledger.adopted.v1': z
    .strictObject({
      reason: z.enum(['copy', 'set-back', 'forked']),
      had: decimalString,
      signedSize: decimalString.nullable(),
      signedRoot: hexDigest.nullable(),
    })
    .refine(
      ({ reason, signedSize, signedRoot }) =>
        (reason === 'copy') === (signedSize === null) && (reason === 'copy') === (signedRoot === null),
      'names the checkpoint that is given up, unless it is of a mere copy',
    ),
  /** Stream `ledger-adoptions`: the record at this position was signed under that checkpoint, and is lost. */
  'dev.clyra.ledger.lost.v1': z.strictObject({ signedSize: decimalString, signedRoot: hexDigest }),
} as const

export const ledgerUpcasters = {
  // The same members: version 2 knows one more purpose, and more algorithms.
  'dev.clyra.ledger.key.introduced.v1': { to: 'dev.clyra.ledger.key.introduced.v2', data: (data) => data },
} as const satisfies Readonly<Record<string, Upcaster>>
