import type { KnownType } from './families/index.js'

/** Types under this prefix are written by the ledger alone. */
const LEDGER_TYPE_PREFIX = 'dev.clyra.ledger.'
/** Types under this prefix are the project's own: a public append refuses those that the registry does not know. */
export const CLYRA_TYPE_PREFIX = 'dev.clyra.'

export const GENESIS_STREAM = 'ledger-genesis'
export const KEYS_STREAM = 'ledger-keys'
export const HEADS_STREAM = 'ledger-heads'
export const REDACTIONS_STREAM = 'ledger-redactions'
/** Says where a copy, or a ledger that was set back, went on. */
export const ADOPTIONS_STREAM = 'ledger-adoptions'

/** The one stream in which each reserved type may stand; anything else there, or that type elsewhere, is invalid. */
export const STREAM_OF_RESERVED_TYPE: Readonly<Record<Extract<KnownType, `dev.clyra.ledger.${string}`>, string>> = {
  'dev.clyra.ledger.genesis.v1': GENESIS_STREAM,
  'dev.clyra.ledger.key.introduced.v1': KEYS_STREAM,
  'dev.clyra.ledger.key.introduced.v2': KEYS_STREAM,
  'dev.clyra.ledger.key.revoked.v1': KEYS_STREAM,
  'dev.clyra.ledger.heads.v1': HEADS_STREAM,
  'dev.clyra.ledger.redacted.v1': REDACTIONS_STREAM,
  'dev.clyra.ledger.adopted.v1': ADOPTIONS_STREAM,
  'dev.clyra.ledger.lost.v1': ADOPTIONS_STREAM,
}

/** True for streams of the category `ledger`. */
export function isReservedStream(stream: string): boolean {
  return stream.startsWith('ledger-')
}

/** True for types that only the ledger writes. */
export function isReservedType(type: string): boolean {
  return type.startsWith(LEDGER_TYPE_PREFIX)
}
