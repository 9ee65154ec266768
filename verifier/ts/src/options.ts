import type { KeySource } from './later-keys.js'
import { type Checkpoint, readCheckpoint } from './note.js'
import { Refusal, VerifyUsageError } from './refusal.js'
import { type Pin, readPins, type TrustedKey } from './trust.js'

/** What a caller may demand of bundles and logs alike. */
export interface VerifyOptions {
  /** Pinned ledger keys (vkeys). Without one for the origin the verdict is UNTRUSTED at best. */
  readonly trust?: readonly (string | TrustedKey)[]
  /**
   * Checkpoint notes of this ledger that the caller holds from elsewhere: another root for the same size is DIVERGED; of a
   * larger size than a bundle's it is STALE, since the ledger may have called a key compromised in between (see `keys`).
   */
  readonly checkpoints?: readonly Uint8Array[]
  readonly origin?: string
  /** Genesis leaf, 64 hex. */
  readonly genesis?: string
  /** Smallest acceptable log size. */
  readonly minSize?: number | bigint
  /** Greatest acceptable age of the newest record, seconds. */
  readonly maxAge?: number
  /** The instant to judge age by; default: the clock, read once. */
  readonly now?: Date
}

export interface VerifyBundleOptions extends VerifyOptions {
  /**
   * What tells of the ledger's keys from beyond this bundle: newer bundles of the same ledger, or its own key records where
   * the caller has the ledger. A key that is compromised there is compromised here; and a held checkpoint of a larger size is no
   * longer a reason for KEYS_MAY_HAVE_CHANGED where one of them reaches that size.
   */
  readonly keys?: readonly KeySource[]
  readonly run?: string
  /** Gives the bytes of an external artefact by its hex SHA-256, or undefined where it is not at hand. */
  readonly artifacts?: (sha256: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** INCOMPLETE where an external artefact is not at hand. */
  readonly requireArtifacts?: boolean
  /** INCOMPLETE where the run is not complete. */
  readonly requireCompleteRun?: boolean
  /** INCOMPLETE where the warehouse was not asked, or only in part, about a run that needs it. */
  readonly requireWarehouse?: boolean
}

/** The options, read once and typed. */
export interface Demands {
  readonly pins: readonly Pin[]
  readonly held: readonly Checkpoint[]
  readonly origin: string | undefined
  readonly genesis: string | undefined
  readonly minSize: bigint | undefined
  readonly maxAge: number | undefined
  readonly now: Date
}

/** Throws VerifyUsageError: a demand that cannot be understood must not be skipped. */
export function readDemands(options: VerifyOptions): Demands {
  const { origin, genesis, minSize, maxAge, now = new Date() } = options
  const invalid = (message: string) => new VerifyUsageError('OPTION_INVALID', message)
  if (genesis !== undefined && !/^[0-9a-f]{64}$/.test(genesis)) throw invalid('genesis is not 64 hexadecimal digits')
  if (minSize !== undefined && (minSize < 0 || (typeof minSize === 'number' && !Number.isSafeInteger(minSize)))) {
    throw invalid('minSize is not a size')
  }
  if (maxAge !== undefined && !(Number.isFinite(maxAge) && maxAge >= 0))
    throw invalid('maxAge is not a number of seconds')
  if (Number.isNaN(now.getTime())) throw invalid('now is not an instant')
  return {
    pins: readPins(options.trust ?? []),
    held: (options.checkpoints ?? []).map(readHeld),
    origin,
    genesis,
    minSize: minSize === undefined ? undefined : BigInt(minSize),
    maxAge,
    now,
  }
}

/** The caller's own copy: its form is checked, its signature is not asked for. */
function readHeld(bytes: Uint8Array): Checkpoint {
  try {
    return readCheckpoint(bytes)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new VerifyUsageError('CHECKPOINT_INVALID', `a checkpoint to compare with cannot be read: ${error.message}`)
  }
}
