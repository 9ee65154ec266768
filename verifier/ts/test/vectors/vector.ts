import { writeArchive } from '../../src/archive.js'
import { base64 } from '../../src/bytes.js'
import type { VerifyResult } from '../../src/result.js'
import type { FaultCode, ReasonCode, Verdict } from '../../src/spec.generated.js'
import { CODES } from '../../src/spec.generated.js'
import { bundle, bundleFiles, type Lies } from '../bundle-maker.js'
import type { TestLedger } from '../ledger-maker.js'
import { RUN, sampleLedger } from '../sample-ledger.js'

export type Group = 'valid' | 'forged' | 'truncated' | 'negative'

/** The key records of a ledger that the caller has. */
export interface KeyRecords {
  readonly size: string
  /** Bytes in base64. */
  readonly records: readonly { readonly position: string; readonly bytes: string }[]
}

/** The caller's options as index.json states them. Byte values are base64. */
export interface VectorOptions {
  readonly trust?: readonly { readonly vkey: string; readonly genesis?: string }[]
  readonly checkpoints?: readonly string[]
  /** Newer bundles of the ledger, base64, or its key records: what they tell of its keys. */
  readonly keys?: readonly (string | KeyRecords)[]
  readonly run?: string
  readonly origin?: string
  readonly genesis?: string
  readonly minSize?: string
  readonly maxAge?: number
  readonly now?: string
  /** Hex SHA-256 -> base64 of the file that the caller holds under that name. */
  readonly artifacts?: Readonly<Record<string, string>>
  readonly requireArtifacts?: boolean
  readonly requireCompleteRun?: boolean
  readonly requireWarehouse?: boolean
}

export interface Vector {
  readonly group: Group
  readonly name: string
  readonly shows: string
  readonly options: VectorOptions
  readonly verdict: Verdict
  readonly code: ReasonCode
  /** What the result says of the run, where the vector is about that. */
  readonly run?: VerifyResult['run']
  /** Of a bundle that is none of DEF. */
  readonly profile?: 'pef'
  /** One archive, or the files of a tiles directory. */
  readonly evidence: Uint8Array | ReadonlyMap<string, Uint8Array>
  /** Where the vector decides between two readings of the text: the verifier that reads it the other way. */
  readonly otherReading?: OtherReading
}

/** A change of the verifier's source after which it answers the vector differently. */
export interface OtherReading {
  /** Name of a file in `verifier/ts/src`. */
  readonly file: string
  /** What stands there once, and what the other reading would have. */
  readonly ours: string
  readonly theirs: string
}

/** The vector, with the other reading that it fails. */
export const against = (file: string, ours: string, theirs: string, vector: Vector): Vector => ({
  ...vector,
  otherReading: { file, ours, theirs },
})

/** What the options of every vector start from: the ledger's key is pinned, the clock stands. */
export const PINNED = (ledger: TestLedger): VectorOptions => ({
  trust: [{ vkey: ledger.vkey }],
  now: '2025-01-02T00:00:00Z',
})

export function good(
  name: string,
  shows: string,
  ledger: TestLedger,
  lies: Lies = {},
  options: VectorOptions = {},
): Vector {
  return {
    group: 'valid',
    name,
    shows,
    options: { ...PINNED(ledger), ...options },
    verdict: 'VALID',
    code: 'OK',
    evidence: bundle(ledger, RUN, lies),
  }
}

interface Bad {
  readonly ledger?: TestLedger
  readonly lies?: Lies
  readonly options?: VectorOptions
  /** The archive instead of the one that the lies give. */
  readonly archive?: (files: Map<string, Uint8Array>) => Uint8Array
  readonly tiles?: ReadonlyMap<string, Uint8Array>
}

export function bad(group: Group, name: string, code: FaultCode, shows: string, parts: Bad = {}): Vector {
  const { ledger = sampleLedger(), lies = {}, options = {}, archive = writeArchive, tiles } = parts
  return {
    group,
    name,
    shows,
    options: { ...PINNED(ledger), ...options },
    verdict: CODES[code].verdict,
    code,
    evidence: tiles ?? archive(bundleFiles(ledger, RUN, lies)),
  }
}

export const asBase64 = base64
