import { type NoteKey, parseVkey } from './note.js'
import { keyId, sameKey } from './public-key.js'
import { VerifyUsageError } from './refusal.js'
import type { FaultCode } from './spec.generated.js'

/** One pinned ledger key, as a vkey, better with the genesis leaf (64 hex) of the ledger it was pinned for. */
export interface TrustedKey {
  readonly vkey: string
  readonly genesis?: string
}

export interface Pin {
  readonly key: NoteKey
  readonly genesis: string | undefined
}

/** Reads the caller's pins; strings are vkeys. Throws VerifyUsageError. */
export function readPins(trust: readonly (string | TrustedKey)[]): Pin[] {
  return trust.map((entry) => {
    const { vkey, genesis } = typeof entry === 'string' ? { vkey: entry, genesis: undefined } : entry
    if (genesis !== undefined && !/^[0-9a-f]{64}$/.test(genesis)) {
      throw new VerifyUsageError('KEY_INVALID', `the genesis leaf pinned with ${vkey} is not 64 hexadecimal digits`)
    }
    return { key: parseVkey(vkey), genesis }
  })
}

/** A trust file: one vkey a line, optionally a space and the genesis leaf; `#` begins a comment. Throws VerifyUsageError. */
export function parseTrustFile(text: string): TrustedKey[] {
  const keys: TrustedKey[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const [vkey, genesis, ...rest] = raw.replace(/#.*$/, '').trim().split(/\s+/)
    if (vkey === undefined || vkey === '') continue
    if (rest.length > 0)
      throw new VerifyUsageError('KEY_INVALID', `line ${i + 1} of the trust file has more than two fields`)
    const key = genesis === undefined ? { vkey } : { vkey, genesis }
    readPins([key])
    keys.push(key)
  }
  return keys
}

export type TrustJudgement =
  | { readonly trusted: readonly NoteKey[] }
  | { readonly trusted: readonly []; readonly code: FaultCode; readonly detail: string }

/** Which of the checkpoint's signers the caller has pinned for this origin and ledger; rule: any one is enough. */
export function judgeTrust(
  signers: readonly NoteKey[],
  pins: readonly Pin[],
  origin: string,
  genesis: string,
): TrustJudgement {
  const forOrigin = pins.filter(({ key }) => key.name === origin)
  const matching = forOrigin.filter(({ key }) => signers.some((signer) => sameKey(signer, key)))
  const trusted = matching.filter((pin) => pin.genesis === undefined || pin.genesis === genesis).map(({ key }) => key)
  if (trusted.length > 0) return { trusted }
  const signed = signers.map((signer) => `the key with fingerprint ${keyId(signer)}`).join(', ')
  if (matching.length > 0) {
    return { trusted: [], code: 'PINNED_GENESIS_MISMATCH', detail: `the ledger is ${genesis}, another one was pinned` }
  }
  if (forOrigin.length > 0) {
    return {
      trusted: [],
      code: 'ORIGIN_KEY_MISMATCH',
      detail: `another key is pinned for ${origin}; signed by ${signed}`,
    }
  }
  return { trusted: [], code: 'NO_TRUSTED_KEY', detail: `signed by ${signed}` }
}
