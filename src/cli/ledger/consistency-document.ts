import * as z from 'zod'
import { base64, hex } from '../../canonical/index.js'
import { type Checkpoint, MAX_NOTE_BYTES, openNote, parseCheckpoint, parseVkey } from '../../crypto/index.js'
import { ClyraError } from '../../errors/index.js'
import type { LedgerReaderHandle } from '../../ledger/index.js'
import { verifyConsistency } from '../../merkle/index.js'
import { readFileSyncBounded } from '../../system/index.js'
import { parsePosition } from './find-record.js'
import { decimal, digest } from './record-document.js'

/** What `clyra prove --consistency --json` prints. */
export const consistency = z.strictObject({
  kind: z.literal('consistency'),
  oldSize: decimal,
  newSize: decimal,
  /** Of the newer tree. */
  root: digest,
  hashes: z.array(digest),
  /** The signed note of the newer tree. */
  checkpoint: z.string(),
  /** The same as the body of a C2SP tlog-witness add-checkpoint request. */
  addCheckpoint: z.string(),
})

/**
 * Proves that the tree of an older size is the beginning of the newest checkpoint, or of the kept one of `size`.
 * `older` is a size, or the path of a checkpoint that somebody kept: then its signature and its root are checked too.
 * Throws TREE_DIVERGED where that checkpoint is the ledger's and its tree is not a beginning of this one,
 * SIGNATURE_INVALID or NOTE_MALFORMED where it is none of this ledger, NOT_SEALED, INVALID_POSITION.
 */
export async function consistencyDocument(
  ledger: LedgerReaderHandle,
  older: string,
  size: bigint | undefined,
  pathOf: (name: string) => string,
): Promise<z.infer<typeof consistency>> {
  const held = /^[0-9]+$/.test(older) ? undefined : readHeld(pathOf(older), ledger.vkey)
  const oldSize = held === undefined ? parsePosition(older, '--consistency') : BigInt(held.size)
  const newest = await ledger.checkpoint()
  const newer = size === undefined || size === newest.size ? newest : await ledger.checkpointAt(size)
  if (newer === undefined)
    throw new ClyraError('NOT_SEALED', `no checkpoint of size ${size} is kept`, { details: { size: String(size) } })
  if (held !== undefined && oldSize > newer.size) throw diverged(held, `this one of ${newer.size} is smaller`)
  const { hashes } = await ledger.proveConsistency(oldSize, newer.size)
  if (held !== undefined && !verifyConsistency(held.size, Number(newer.size), hashes, held.root, newer.root))
    throw diverged(held, `the log of ${newer.size} does not begin with it`)
  const checkpoint = Buffer.from(newer.note).toString('utf8')
  const lines = [`old ${oldSize}`, ...hashes.map((hash) => base64(hash))]
  return {
    kind: 'consistency',
    oldSize: oldSize.toString(),
    newSize: newer.size.toString(),
    root: hex(newer.root),
    hashes: hashes.map(hex),
    checkpoint,
    addCheckpoint: `${lines.join('\n')}\n\n${checkpoint}`,
  }
}

const NOTE = { limit: MAX_NOTE_BYTES, tooLarge: 'NOTE_MALFORMED', what: 'a checkpoint' } as const

/** A checkpoint out of a file, with a good signature of the ledger's key on it. */
function readHeld(path: string, vkey: string): Checkpoint {
  const key = parseVkey(vkey)
  const { text, verified } = openNote(readFileSyncBounded(path, NOTE), [key])
  const checkpoint = parseCheckpoint(text)
  if (verified.length > 0 && checkpoint.origin === key.name) return checkpoint
  throw new ClyraError('SIGNATURE_INVALID', `the checkpoint in ${path} is not signed by the key of ${key.name}`, {
    details: { path, origin: checkpoint.origin },
  })
}

function diverged(held: Checkpoint, why: string): ClyraError {
  return new ClyraError('TREE_DIVERGED', `the ledger has signed a checkpoint of ${held.size}, and ${why}`, {
    details: { size: held.size, root: hex(held.root) },
    fix: 'clyra fsck',
  })
}
