import { equalBytes, hex } from '../canonical/index.js'
import {
  type Checkpoint,
  formatCheckpoint,
  openNote,
  parseCheckpoint,
  type Signer,
  signNote,
  statedCheckpoint,
  type Vkey,
} from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import type { SignedCheckpoint } from './ledger-reader.js'

/** A checkpoint with its note; the core's form of `SignedCheckpoint`. */
export interface Sealed extends Checkpoint {
  readonly note: Uint8Array
}

/** Signs a checkpoint under the ledger's name: a C2SP signed note. */
export async function signCheckpoint(checkpoint: Checkpoint, signer: Signer): Promise<Sealed> {
  const note = await signNote(formatCheckpoint(checkpoint), [{ name: checkpoint.origin, signer }])
  return { ...checkpoint, note }
}

/**
 * A stored checkpoint, with the ledger's own signature on it. Throws TREE_DIVERGED where it is not signed by the
 * ledger's key or is of another origin: such a file did not come from this ledger.
 */
export function openCheckpoint(note: Uint8Array, key: Vkey, where: string): Sealed {
  try {
    const { text, verified } = openNote(note, [key])
    if (verified.length === 0) throw new ClyraError('SIGNATURE_INVALID', "it has no signature of the ledger's key")
    const checkpoint = parseCheckpoint(text)
    if (checkpoint.origin !== key.name) throw new ClyraError('NOTE_MALFORMED', `it is of ${checkpoint.origin}`)
    return { ...checkpoint, note }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ClyraError('TREE_DIVERGED', `the checkpoint in ${where} is not one of this ledger: ${why}`, {
      details: { where },
      cause,
    })
  }
}

/**
 * False where `next` is of a smaller size than `there` and both are of one origin: then it comes too late to be
 * published. Signatures are not looked at; what is no checkpoint is overtaken by anything.
 */
export function overtakes(next: Uint8Array, there: Uint8Array | undefined): boolean {
  const newer = statedIn(next)
  const older = there === undefined ? undefined : statedIn(there)
  return newer === undefined || older === undefined || newer.origin !== older.origin || newer.size >= older.size
}

/** True where both are absent or the same bytes. */
export function sameNote(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}

function statedIn(note: Uint8Array): Checkpoint | undefined {
  try {
    return statedCheckpoint(note)
  } catch {
    return undefined
  }
}

/** TREE_DIVERGED unless both say the same of one size. */
export function assertSameRoot(a: Checkpoint, b: Checkpoint, between: string): void {
  if (a.size === b.size && equalBytes(a.root, b.root)) return
  throw new ClyraError(
    'TREE_DIVERGED',
    `${between} do not agree: size ${a.size} root ${hex(a.root)}, size ${b.size} root ${hex(b.root)}`,
    {
      details: { sizes: [a.size, b.size], roots: [hex(a.root), hex(b.root)] },
    },
  )
}

export function publicCheckpoint({ origin, size, root, note }: Sealed): SignedCheckpoint {
  return { origin, size: BigInt(size), root, note }
}
