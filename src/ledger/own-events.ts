import { decimal, hex } from '../canonical/index.js'
import type { Signer } from '../crypto/index.js'
import {
  ADOPTIONS_STREAM,
  HEADS_STREAM,
  KEYS_STREAM,
  type PreparedEvents,
  prepare,
  REDACTIONS_STREAM,
} from '../events/index.js'
import type { PreparedAppend } from './admission.js'
import { keyRecord } from './ledger-keys.js'
import type { Contradiction } from './remembered-seals.js'

/** Who speaks in the ledger's own records. */
const SOURCE = 'clyra:ledger'
const ADOPTED = 'dev.clyra.ledger.adopted.v1'

/** The ledger's own records: the only ones that go to reserved streams. */
export class OwnEvents {
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  genesis(origin: string, nonce: Uint8Array, signer: Signer): PreparedEvents {
    return this.#prepare({
      source: SOURCE,
      type: 'dev.clyra.ledger.genesis.v1',
      data: {
        format: 'clyra.ledger/1',
        admission: 'clyra.admission/1',
        hash: 'rfc6962-sha256',
        origin,
        nonce: hex(nonce),
        keys: [keyRecord(signer, 'ledger')],
        roots: [],
      },
    })
  }

  keyIntroduced(signer: Signer, replaces: string | null): PreparedAppend {
    const data = { key: keyRecord(signer, 'evidence'), replaces }
    return this.#to(KEYS_STREAM, this.#prepare({ source: SOURCE, type: 'dev.clyra.ledger.key.introduced.v2', data }))
  }

  keyRevoked(
    id: string,
    reason: 'superseded' | 'compromised' | 'retired',
    compromisedSince: number | undefined,
  ): PreparedAppend {
    const data = { id, reason, compromisedSince: compromisedSince === undefined ? null : decimal(compromisedSince) }
    return this.#to(KEYS_STREAM, this.#prepare({ source: SOURCE, type: 'dev.clyra.ledger.key.revoked.v1', data }))
  }

  heads(size: number, root: Uint8Array): PreparedAppend {
    const data = { size: decimal(size), root: hex(root) }
    return this.#to(HEADS_STREAM, this.#prepare({ source: SOURCE, type: 'dev.clyra.ledger.heads.v1', data }))
  }

  redacted(subject: string, reason: 'erasure-request' | 'retention' | 'mistake'): PreparedAppend {
    const data = { subject, reason }
    return this.#to(REDACTIONS_STREAM, this.#prepare({ source: SOURCE, type: 'dev.clyra.ledger.redacted.v1', data }))
  }

  /** A mere copy goes on. */
  copyAdopted(had: number): PreparedAppend {
    const data = { reason: 'copy' as const, had: decimal(had), signedSize: null, signedRoot: null }
    return this.#to(ADOPTIONS_STREAM, this.#prepare({ source: SOURCE, type: ADOPTED, data }))
  }

  /** A word for each position that is lost, then one for each checkpoint that is given up; the largest is the last. */
  givenUp(contradictions: readonly Contradiction[]): PreparedAppend {
    // Called with one at least.
    const { seal, had } = contradictions[contradictions.length - 1]!
    const lost = { signedSize: decimal(seal.size), signedRoot: hex(seal.root) }
    const events = [
      ...Array.from({ length: Math.max(0, seal.size - had) }, () => ({
        source: SOURCE,
        type: 'dev.clyra.ledger.lost.v1' as const,
        data: lost,
      })),
      ...contradictions.map(({ seal, reason, had }) => ({
        source: SOURCE,
        type: ADOPTED,
        data: { reason, had: decimal(had), signedSize: decimal(seal.size), signedRoot: hex(seal.root) },
      })),
    ]
    return this.#to(ADOPTIONS_STREAM, prepare(events, { allowReserved: true, now: this.#now }))
  }

  #prepare(event: Parameters<typeof prepare>[0][number]): PreparedEvents {
    return prepare([event], { allowReserved: true, now: this.#now })
  }

  #to(stream: string, events: PreparedEvents): PreparedAppend {
    return { stream, expected: 'any', events }
  }
}
