import { base64, concatBytes, utf8 } from '../../../src/bytes.js'
import { formatVkey } from '../../../src/note.js'
import { noteKey, signatureLine, signedNote, testKey } from '../../ledger-maker.js'
import { sampleLedger } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

const OTHER_NAME = 'witness.example'
const honest = sampleLedger()
const text = honest.checkpointText()
const [origin, size, root] = text.split('\n') as [string, string, string]
const signed = (changed: string) => () => signedNote(changed, [{ name: origin, key: honest.ledgerKey }])
const withLine = (line: string) => (note: Uint8Array) => concatBytes(note, utf8(line))
/** A line of a key that nobody knows. */
const strangeLine = (name: string, bytes = 68) => withLine(`\u2014 ${name} ${base64(new Uint8Array(bytes))}\n`)

/** Log, section 5: which bytes are a note, which of its lines count, and whose. */
export function noteReadings(): Vector[] {
  return [...formReadings(), ...nameReadings(), ...signerReadings()]
}

function formReadings(): Vector[] {
  const malformed = (name: string, shows: string, checkpoint: (note: Uint8Array) => Uint8Array) =>
    bad('negative', name, 'NOTE_MALFORMED', shows, { lies: { checkpoint } })
  const noCheckpoint = (name: string, shows: string, changed: string) =>
    bad('negative', name, 'CHECKPOINT_MALFORMED', shows, { lies: { checkpoint: signed(changed) } })
  const rootBytes = Uint8Array.from(atob(root), (character) => character.charCodeAt(0))
  const spare = `${base64(rootBytes).slice(0, -2)}${nextLetter(base64(rootBytes).at(-2)!)}=`
  return [
    against(
      'note.ts',
      'split < 0',
      'split <= 0',
      noCheckpoint('note-text-of-one-line-feed', 'A text of one line feed is a text, but no checkpoint.', '\n'),
    ),
    against(
      'note.ts',
      "note.lastIndexOf('\\n\\n')",
      "note.indexOf('\\n\\n')",
      noCheckpoint('note-two-empty-lines', 'The last empty line parts text and signatures.', `${text}\nmore\n`),
    ),
    malformed('note-not-utf-8', 'A name that is not UTF-8 in a line of an unknown key.', (note) =>
      concatBytes(note, utf8('\u2014 '), Uint8Array.of(0xff), utf8(' AAAAAAA=\n')),
    ),
    malformed('note-line-without-signature', 'A line of a key hash and no signature.', strangeLine('w', 4)),
    good('note-line-of-five-bytes', 'A line with a signature of one byte, by an unknown key.', honest, {
      checkpoint: strangeLine('w', 5),
    }),
    malformed('note-line-two-spaces', 'Two spaces in a line of an unknown key.', withLine('\u2014  w AAAAAAA=\n')),
    malformed('note-line-url-base64', 'The letters of base64 for URLs.', withLine('\u2014 w ____----\n')),
    malformed('note-line-base64-cut', 'A signature whose padding is left out.', withLine('\u2014 w AAAAAAA\n')),
    malformed('note-line-hyphen', 'A hyphen where the dash should be.', withLine('- w AAAAAAA=\n')),
    against(
      'note.ts',
      'bytes.length > SPEC.limits.noteBytes',
      'bytes.length >= SPEC.limits.noteBytes',
      good('note-of-128-kib', 'A note of exactly 131,072 bytes.', honest, {
        checkpoint: (note) => {
          const room = 131_072 - note.length - utf8('\u2014  \n').length
          const encoded = base64(new Uint8Array(3 * Math.floor((room - 4) / 4)))
          return withLine(`\u2014 ${'w'.repeat(room - encoded.length)} ${encoded}\n`)(note)
        },
      }),
    ),
    against(
      'bytes.ts',
      'Number.isSafeInteger(value) ? value',
      'Number.isInteger(value) ? value',
      noCheckpoint('checkpoint-size-2-53', 'A size of 2^53.', `${origin}\n9007199254740992\n${root}\n`),
    ),
    bad('negative', 'checkpoint-size-2-53-less-1', 'ROOT_NOT_CHECKPOINT', 'A size of 2^53-1 is well formed.', {
      lies: { checkpoint: signed(`${origin}\n9007199254740991\n${root}\n`) },
    }),
    noCheckpoint('checkpoint-root-spare-bits', 'A root with spare bits set.', `${origin}\n${size}\n${spare}\n`),
    noCheckpoint('checkpoint-root-unpadded', 'A root without padding.', `${origin}\n${size}\n${root.slice(0, -1)}\n`),
  ]
}

/** The next letter of the alphabet: for the last character of 32 bytes it sets a spare bit. */
function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet[alphabet.indexOf(letter) + 1]!
}

function nameReadings(): Vector[] {
  const refused = ['\ufeff', '\u00a0', '\u1680', '\u200a', '\u2028', '\u202f', '\u205f', '\u3000', '\u0085', '\u007f']
  const taken = ['\u180e', '\u200b', '\u2060', '\u00ad', '\u{e0001}']
  const point = (character: string) => character.codePointAt(0)!.toString(16).padStart(4, '0')
  return [
    ...refused.map((character) =>
      bad('negative', `note-name-u${point(character)}`, 'NOTE_MALFORMED', `A key name with U+${point(character)}.`, {
        lies: { checkpoint: strangeLine(`a${character}b`) },
      }),
    ),
    ...taken.map((character) =>
      against(
        'note.ts',
        '/[\\s\\p{Cc}+]/u',
        '/[\\s\\p{C}\\u180e+]/u',
        good(
          `note-name-u${point(character)}`,
          `U+${point(character)} is no white space in the list of the specification, and no control character.`,
          honest,
          { checkpoint: strangeLine(`a${character}b`) },
        ),
      ),
    ),
    bad('negative', 'note-name-plus', 'NOTE_MALFORMED', 'A key name with a plus.', {
      lies: { checkpoint: strangeLine('a+b') },
    }),
  ]
}

function signerReadings(): Vector[] {
  const { ledgerKey: key, vkey } = honest
  const renamed = formatVkey(noteKey(OTHER_NAME, key))
  const stranger = testKey('a stranger')
  const strangerVkey = formatVkey(noteKey(origin, stranger))
  const underOther = () => signedNote(text, [{ name: OTHER_NAME, key }])
  const trust = (...vkeys: string[]) => ({ trust: vkeys.map((one) => ({ vkey: one })) })
  const ofSigners = ['signers.ts', 'signer.name === checkpoint.origin && ledgerKeys.some', 'ledgerKeys.some'] as const
  return [
    against(
      ...ofSigners,
      bad(
        'forged',
        'signature-under-pinned-name',
        'SIGNATURE_MISSING',
        "The ledger's key is pinned under another name too, and signs under that alone: no line under the origin's name.",
        { lies: { checkpoint: underOther }, options: trust(vkey, renamed) },
      ),
    ),
    against(
      ...ofSigners,
      bad(
        'forged',
        'signature-under-the-only-pin',
        'SIGNATURE_MISSING',
        'The same, and only the other name is pinned: a pin makes nothing sound.',
        { lies: { checkpoint: underOther }, options: trust(renamed) },
      ),
    ),
    good(
      'signature-under-two-names',
      "The ledger's key signs under the origin's name and under a pinned other one.",
      honest,
      { checkpoint: withLine(signatureLine(OTHER_NAME, key, text)) },
      trust(vkey, renamed),
    ),
    against(
      'trust.ts',
      'key.name === origin)',
      'key.name !== "")',
      bad(
        'negative',
        'pin-under-another-name',
        'NO_TRUSTED_KEY',
        "The ledger's key, pinned under another name alone.",
        {
          options: trust(renamed),
        },
      ),
    ),
    against(
      'signers.ts',
      'return ofLedger',
      'return signers',
      bad(
        'forged',
        'pinned-key-that-is-no-genesis-key',
        'ORIGIN_KEY_MISMATCH',
        'A pinned key signs beside the ledger, but the genesis record does not name it: it is no signer.',
        {
          lies: { checkpoint: withLine(signatureLine(origin, stranger, text)) },
          options: trust(strangerVkey),
        },
      ),
    ),
    against(
      'signers.ts',
      '[...ledgerKeys, ...pins.map(({ key }) => key)]',
      'ledgerKeys',
      bad(
        'forged',
        'pinned-key-bad-line',
        'SIGNATURE_INVALID',
        'A line of a pinned key that does not verify, beside a good one of the ledger: the note is refused.',
        {
          lies: { checkpoint: withLine(signatureLine(OTHER_NAME, key, honest.checkpointText(5))) },
          options: trust(vkey, renamed),
        },
      ),
    ),
    good('unpinned-bad-line', 'The same line where nobody has pinned that name: an unknown key, ignored.', honest, {
      checkpoint: withLine(signatureLine(OTHER_NAME, key, honest.checkpointText(5))),
    }),
  ]
}
