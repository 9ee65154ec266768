import type { EventData } from '../../src/events/families/index.js'
import { emptyRun, type RunState } from '../run/index.js'

/** What a DEF bundle for one run holds: genesis, the run's stream, the keys, the redactions and H. Plain JSON. */
export type BundleState = {
  /** How many records of the bundle were folded. */
  readonly records: number
  readonly genesis: Genesis | null
  readonly run: RunState
  /** In the order of their introduction. */
  readonly keys: readonly IntroducedKey[]
  readonly redactions: readonly Redaction[]
  /** H: the newest heads record folded. */
  readonly heads: Heads | null
}

type LedgerKey = EventData['dev.clyra.ledger.key.introduced.v2']['key']
export type Genesis = Omit<EventData['dev.clyra.ledger.genesis.v1'], 'nonce'> & {
  /** The ledger's identity, hex. */
  readonly leaf: string
  readonly recordedAt: string
}
export type IntroducedKey = LedgerKey & {
  readonly introducedAt: string
  readonly replaces: string | null
  readonly revoked: {
    readonly position: string
    readonly reason: EventData['dev.clyra.ledger.key.revoked.v1']['reason']
    readonly compromisedSince: string | null
  } | null
}
export type Redaction = EventData['dev.clyra.ledger.redacted.v1'] & {
  readonly position: string
  readonly recordedAt: string
}
export type Heads = EventData['dev.clyra.ledger.heads.v1'] & {
  readonly position: string
  readonly revision: string
  readonly recordedAt: string
}

export function emptyBundle(run: string): BundleState {
  return { records: 0, genesis: null, run: emptyRun(run), keys: [], redactions: [], heads: null }
}
