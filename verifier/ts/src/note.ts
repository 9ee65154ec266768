import { ALGORITHMS } from './algorithms.js'
import { base64, fromBase64, fromDecimal, hex, utf8 } from './bytes.js'
import { keyId, type PublicKey, parseTypedKey, sameKey, typedKey } from './public-key.js'
import { Refusal, VerifyUsageError } from './refusal.js'
import { sha256 } from './sha256.js'
import { SPEC } from './spec.generated.js'

/** C2SP signed-note and tlog-checkpoint. */

const FILE = 'checkpoint'
/** U+2014 and a space begin each signature line. */
const DASH = '\u2014 '

export interface SignatureLine {
  readonly name: string
  /** Four bytes that only hint at the key. */
  readonly keyHash: Uint8Array
  readonly signature: Uint8Array
}

export interface Checkpoint {
  /** The signed text, last line feed included. */
  readonly text: string
  readonly signatures: readonly SignatureLine[]
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** A key under a name, as a vkey states it. */
export interface NoteKey extends PublicKey {
  readonly name: string
}

/** Reads a checkpoint note. Throws NOTE_MALFORMED or CHECKPOINT_MALFORMED; verifies nothing. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { text, signatures } = readNote(bytes)
  const [origin = '', size = '', root = '', rest] = text.split('\n')
  const sizeNumber = fromDecimal(size)
  const rootBytes = fromBase64(root)
  // Four pieces: three lines and what follows the last line feed. Extension lines are refused.
  if (text.split('\n').length !== 4 || rest !== '' || !isKeyName(origin)) throw bad('is not origin, size and root')
  if (sizeNumber === undefined || sizeNumber === 0) throw bad('has a malformed size')
  if (rootBytes?.length !== 32) throw bad('has a malformed root')
  return { text, signatures, origin, size: sizeNumber, root: rootBytes }
}

const bad = (detail: string) => new Refusal('CHECKPOINT_MALFORMED', `the text ${detail}`, { file: FILE })
const malformed = (detail: string) => new Refusal('NOTE_MALFORMED', detail, { file: FILE })

function readNote(bytes: Uint8Array): { text: string; signatures: SignatureLine[] } {
  if (bytes.length > SPEC.limits.noteBytes) throw malformed(`more than ${SPEC.limits.noteBytes} bytes`)
  let note: string
  try {
    note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('not UTF-8')
  }
  if (note.startsWith('\ufeff')) throw malformed('starts with a byte order mark')
  if (/[\x00-\x09\x0b-\x1f]/.test(note)) throw malformed('holds a control character')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) throw malformed('no blank line before the signatures')
  const lines = note.slice(split + 2, -1).split('\n', SPEC.limits.noteLines + 1)
  if (lines.length > SPEC.limits.noteLines) throw malformed(`more than ${SPEC.limits.noteLines} signature lines`)
  return { text: note.slice(0, split + 1), signatures: lines.map(readSignatureLine) }
}

function readSignatureLine(line: string): SignatureLine {
  const parts = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : []
  const [name = '', encoded = ''] = parts
  const bytes = fromBase64(encoded)
  if (parts.length !== 2 || !isKeyName(name) || bytes === undefined || bytes.length < 5) {
    throw malformed('a signature line is malformed')
  }
  return { name, keyHash: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** Not empty; no white space (U+0085 and U+FEFF included), no control character, no plus. */
const isKeyName = (name: string): boolean => name !== '' && !/[\s\p{Cc}+]/u.test(name)

/** First four bytes of SHA-256(name || LF || type || public key). */
export const noteKeyHash = (key: NoteKey): Uint8Array => sha256(utf8(`${key.name}\n`), typedKey(key)).subarray(0, 4)

/**
 * The keys of `known` that have signed. Lines of unknown keys are ignored; a line that names a known key and does not
 * verify throws SIGNATURE_INVALID; a key counts once under a name, however many lines it has.
 */
export function signersOf(checkpoint: Checkpoint, known: readonly NoteKey[]): NoteKey[] {
  const message = utf8(checkpoint.text)
  const byName = keysByName(known)
  const signers = new Map<string, NoteKey>()
  for (const line of checkpoint.signatures) {
    const named = byName.get(`${line.name}+${hex(line.keyHash)}`)
    if (named === undefined) continue
    const signer = named.find((key) => ALGORITHMS[key.alg].verify(line.signature, message, key.public))
    if (signer === undefined) {
      throw new Refusal('SIGNATURE_INVALID', `the signature of ${line.name} does not verify`, { file: FILE })
    }
    signers.set(`${signer.name} ${keyId(signer)}`, signer)
  }
  return [...signers.values()]
}

/** By name and key hash, each key once: what a line costs does not grow with how often a key is stated. */
function keysByName(known: readonly NoteKey[]): ReadonlyMap<string, readonly NoteKey[]> {
  const byName = new Map<string, NoteKey[]>()
  for (const key of known) {
    const name = nameOf(key)
    const same = byName.get(name) ?? []
    if (!same.some((one) => sameKey(one, key))) byName.set(name, [...same, key])
  }
  return byName
}

/** `<name>+<8 hex>`: what a signature line says of its key. */
export const nameOf = (key: NoteKey): string => `${key.name}+${hex(noteKeyHash(key))}`

export const formatVkey = (key: NoteKey): string => `${nameOf(key)}+${base64(typedKey(key))}`

/** `<name>+<8 hex>+<base64 of type and key>`. Throws VerifyUsageError: a vkey is always the caller's own. */
export function parseVkey(vkey: string): NoteKey {
  const [, name, hash, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.*)$/.exec(vkey) ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  const typed = bytes && parseTypedKey(bytes)
  if (name === undefined || !isKeyName(name) || typed === undefined || !ALGORITHMS[typed.alg].checkpoints) {
    throw new VerifyUsageError('KEY_INVALID', `not an ${KNOWN} vkey (name+hash+base64): ${vkey.slice(0, 200)}`)
  }
  const key = { name, ...typed }
  if (hex(noteKeyHash(key)) !== hash)
    throw new VerifyUsageError('KEY_INVALID', `the hash in the vkey of ${name} is wrong`)
  if (!ALGORITHMS[key.alg].acceptable(key.public))
    throw new VerifyUsageError('KEY_INVALID', `the key of ${name} is not acceptable`)
  return key
}

const KNOWN = Object.values(ALGORITHMS)
  .filter(({ checkpoints }) => checkpoints)
  .map(({ title }) => title)
  .join(' or ')
