import { base64, decimal, fromBase64, parseDecimal } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { isNoteName } from './vkey.js'

/** What a ledger signs: a tree of `size` leaves has this root. */
export interface Checkpoint {
  /** The ledger's name; also the name its key signs under. */
  readonly origin: string
  /** Leaves, 1 to 2^53-1. */
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** The text of a C2SP tlog-checkpoint: origin, size, base64 root, a line each; never an extension line. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isNoteName(origin)) throw malformed(`${JSON.stringify(origin)} cannot be an origin`)
  if (size === 0) throw malformed('a log has at least its first record')
  if (root.length !== 32) throw malformed(`a root has 32 bytes, this one ${root.length}`)
  return `${origin}\n${decimal(size)}\n${base64(root)}\n`
}

/**
 * Reads the text of a checkpoint. Throws `NOTE_MALFORMED` for anything but the three lines, with a size of at least 1: extension lines are
 * refused, because not every kind of cosignature covers them.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin, size, root, rest] = lines
  if (lines.length !== 4 || origin === undefined || size === undefined || root === undefined || rest !== '') {
    throw malformed('it has not exactly the lines origin, size and root')
  }
  if (!isNoteName(origin)) throw malformed('its origin is empty or holds a space or plus')
  try {
    const checkpoint = { origin, size: parseDecimal(size), root: fromBase64(root) }
    if (checkpoint.root.length === 32 && checkpoint.size > 0) return checkpoint
  } catch (cause) {
    throw new ClyraError('NOTE_MALFORMED', 'not a checkpoint: its size or root is malformed', { cause })
  }
  throw malformed('its size is 0, or its root has not 32 bytes')
}

/**
 * What a signed note states, its signatures unread: for comparing and for finding things; who believes it opens the note.
 * Throws `NOTE_MALFORMED`.
 */
export function statedCheckpoint(note: Uint8Array): Checkpoint {
  const text = Buffer.from(note).toString('utf8')
  return parseCheckpoint(text.slice(0, text.lastIndexOf('\n\n') + 1))
}

function malformed(why: string): ClyraError {
  return new ClyraError('NOTE_MALFORMED', `not a checkpoint: ${why}`)
}
