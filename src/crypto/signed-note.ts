import { base64, concatBytes, decodeUtf8, fromBase64, fromHex, hex, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { ALGORITHMS } from './algorithms.js'
import type { Signer } from './signer.js'
import { isNoteName, keyHashOf, parseVkey, sameVkey, type Vkey } from './vkey.js'

/** Whoever signs a note: a key under a name. */
export interface NoteSigner {
  readonly name: string
  readonly signer: Signer
}

export interface OpenedNote {
  /** The signed text, ending in a newline. */
  readonly text: string
  /** Keys of the caller that signed, each once, in the order of their lines. May be empty: that is for the caller to judge. */
  readonly verified: readonly Vkey[]
  /** Lines of keys the caller does not know. They say nothing. */
  readonly unknown: readonly { readonly name: string; readonly keyHash: string }[]
}

/** The most a signed note may measure, in bytes. */
export const MAX_NOTE_BYTES = 128 * 1024
/** The most signature lines it may have (`spec/log/SPEC.md`, section 5): each may cost a verification. */
const MAX_LINES = 100

/**
 * Signs a text as a C2SP signed note: the text, an empty line, one line `— <name> <base64(key hash || signature)>` for
 * each signer. Throws `NOTE_MALFORMED` for a text that is empty, does not end in a newline or holds control characters.
 */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<Uint8Array> {
  assertText(text)
  if (signers.length === 0) throw malformed('a note needs a signature')
  const message = utf8(text)
  let note = `${text}\n`
  for (const { name, signer } of signers) {
    if (!isNoteName(name)) throw malformed(`${JSON.stringify(name)} cannot name a key`)
    const signature = await signer.sign(message)
    note += `— ${name} ${base64(concatBytes(fromHex(keyHashOf(name, signer)), signature))}\n`
  }
  const bytes = utf8(note)
  if (bytes.length > MAX_NOTE_BYTES) throw malformed('the note is larger than 128 KiB')
  assertFewLines(note.slice(text.length + 1))
  return bytes
}

/**
 * Opens a note with the keys that the caller trusts, as vkey strings or parsed. Lines of unknown keys are ignored; every
 * line of a known key must verify, else `SIGNATURE_INVALID`. Throws `NOTE_MALFORMED` for anything but the one form of
 * C2SP signed-note of at most 128 KiB and 100 lines, and `KEY_INVALID` for a malformed or ambiguous vkey.
 */
export function openNote(note: Uint8Array, vkeys: readonly (string | Vkey)[]): OpenedNote {
  const known = knownKeys(vkeys)
  const { text, signatures } = split(note)
  const message = utf8(text)
  const verified = new Set<Vkey>()
  const unknown: { name: string; keyHash: string }[] = []
  // All lines are read before any is verified: whether this is a note does not depend on who is known.
  for (const { name, keyHash, signature } of signatures.slice(0, -1).split('\n').map(parseSignature)) {
    const key = known.get(`${name}+${keyHash}`)
    if (key === undefined) {
      unknown.push({ name, keyHash })
      continue
    }
    if (!ALGORITHMS[key.algorithm].verify(signature, message, key.publicKey)) {
      throw new ClyraError('SIGNATURE_INVALID', `the signature of ${name} does not verify`, {
        details: { name, keyHash },
      })
    }
    verified.add(key)
  }
  return { text, verified: [...verified], unknown }
}

/** By what a signature line says of its key: name and key hash. */
function knownKeys(vkeys: readonly (string | Vkey)[]): ReadonlyMap<string, Vkey> {
  const known = new Map<string, Vkey>()
  for (const one of vkeys) {
    const key = typeof one === 'string' ? parseVkey(one) : one
    const clash = known.get(`${key.name}+${key.keyHash}`)
    if (clash === undefined) known.set(`${key.name}+${key.keyHash}`, key)
    else if (!sameVkey(clash, key)) {
      throw new ClyraError('KEY_INVALID', `two trusted keys of ${key.name} share the key hash ${key.keyHash}`)
    }
  }
  return known
}

/** Text and signature block of a note. The block begins after the last empty line and is not empty. */
function split(note: Uint8Array): { text: string; signatures: string } {
  if (note.length > MAX_NOTE_BYTES) throw malformed('it is larger than 128 KiB')
  let whole: string
  try {
    whole = decodeUtf8(note)
  } catch (cause) {
    throw new ClyraError('NOTE_MALFORMED', 'the note is not UTF-8', { cause })
  }
  const end = whole.lastIndexOf('\n\n')
  if (end < 0) throw malformed('it has no empty line before its signatures')
  const text = whole.slice(0, end + 1)
  const signatures = whole.slice(end + 2)
  assertText(text)
  if (signatures === '') throw malformed('it has no signature')
  if (!signatures.endsWith('\n')) throw malformed('its last signature line does not end')
  assertFewLines(signatures)
  return { text, signatures }
}

function assertFewLines(signatures: string): void {
  if (signatures.split('\n', MAX_LINES + 2).length > MAX_LINES + 1)
    throw malformed('it has more than 100 signature lines')
}

function assertText(text: string): void {
  if (!text.endsWith('\n')) throw malformed('its text does not end in a newline')
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw malformed('its text holds a control character')
}

function parseSignature(line: string): { name: string; keyHash: string; signature: Uint8Array } {
  const [, name, encoded] = /^— ([^ ]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
  if (name === undefined || encoded === undefined || !isNoteName(name)) {
    throw malformed('a signature line has not the form "— <name> <base64>"')
  }
  const bytes = decode(encoded)
  if (bytes.length < 5) throw malformed('a signature line is too short')
  return { name, keyHash: hex(bytes.subarray(0, 4)), signature: bytes.slice(4) }
}

function decode(encoded: string): Uint8Array {
  try {
    return fromBase64(encoded)
  } catch (cause) {
    throw new ClyraError('NOTE_MALFORMED', 'a signature line is not strict base64', { cause })
  }
}

function malformed(why: string): ClyraError {
  return new ClyraError('NOTE_MALFORMED', `not a signed note: ${why}`)
}
