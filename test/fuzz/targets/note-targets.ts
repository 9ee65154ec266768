import * as fc from 'fast-check'
import { parseDecimal } from '../../../src/canonical/index.js'
import { type OpenedNote, openNote, parseCheckpoint, vkey } from '../../../src/crypto/index.js'
import { readCheckpoint, signersOf } from '../../../verifier/ts/src/note.js'
import { noteKey, testKey } from '../../../verifier/ts/test/ledger-maker.js'
import { accepted, type Outcome, outcomeOf, refused, type Target } from '../engine/target.js'
import { type NaiveNote, naiveCheckpoint, naiveKeyHash, naiveNote, naiveVerifies } from '../naive/naive-note.js'
import { bytesOf, mostly } from './generators.js'
import { clyraCode, refusalCode } from './json-targets.js'

const ORIGIN = 'fuzz.clyra.internal'
const known = testKey('fuzz ledger')
const stranger = testKey('fuzz stranger')
const VKEY = vkey(ORIGIN, { algorithm: 'ed25519', publicKey: known.publicKey })
const KEY = { name: ORIGIN, publicKey: known.publicKey }
const ROOT = Buffer.alloc(32, 7).toString('base64')

const line = (name: string, key: typeof known, text: string): string => {
  const hash = Buffer.from(naiveKeyHash({ name, publicKey: key.publicKey }), 'hex')
  return `\u2014 ${name} ${Buffer.concat([hash, key.sign(bytesOf(text))]).toString('base64')}\n`
}

const note = (text: string, ...lines: readonly string[]): string => `${text}\n${lines.join('')}`
const TEXT = `${ORIGIN}\n1234\n${ROOT}\n`
/** Made once: a signature takes longer than a reading. */
const HONEST = line(ORIGIN, known, TEXT)
const WITNESS = line('witness.example', stranger, TEXT)

const SEEDS = [
  note(TEXT, HONEST),
  note(TEXT, WITNESS, HONEST),
  note(TEXT, HONEST, HONEST),
  note(TEXT, ...Array.from({ length: 16 }, () => WITNESS), HONEST),
  note(TEXT, ...Array.from({ length: 99 }, () => WITNESS), HONEST),
  note(TEXT, ...Array.from({ length: 100 }, () => HONEST)),
  note(`${ORIGIN}\n1\n${ROOT}\n`, line(ORIGIN, known, `${ORIGIN}\n1\n${ROOT}\n`)),
  note('a text\n\nof two parts\n', WITNESS),
].map(bytesOf)

const WORDS = [
  '\n',
  '\n\n',
  '\u2014 ',
  '\u2014',
  ' ',
  '=',
  '==',
  '\r\n',
  '\u0085',
  '\u00a0',
  '\ufeff',
  '\u2028',
  '\u007f',
  '+',
  '0',
  WITNESS,
  HONEST,
]

const structured = (() => {
  const name = fc.constantFrom(
    ORIGIN,
    'witness.example',
    'a',
    'é',
    'a b',
    'a+b',
    '',
    '\u0085',
    'a\u00a0',
    '\ufeffa',
    'a\u007f',
    'a\u2028',
    'x'.repeat(300),
  )
  const signature = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(HONEST, WITNESS) },
    fc
      .tuple(
        mostly(fc.constant('\u2014 '), fc.constantFrom('\u2014', '- ', '\u2014  ', '\u2013 ', ' \u2014 '), 10),
        name,
        fc.constantFrom(' ', '  ', '\t', ''),
        fc.oneof(
          fc.uint8Array({ maxLength: 72 }).map((bytes) => Buffer.from(bytes).toString('base64')),
          fc.constantFrom('AAAAAA==', 'AAAAAAB=', 'AAAAAAA', 'AAAAA===', '-_-_', 'AAAA AAAA', 'AAAAAAAA'),
        ),
        fc.constantFrom('\n', '\n', '\n', '', '\r\n', ' \n'),
      )
      .map((parts) => parts.join('')),
  )
  const size = fc.oneof(
    fc.maxSafeInteger().map((n) => String(Math.abs(n))),
    fc.constantFrom('0', '1', '01', '-1', '9007199254740991', '9007199254740992', '1e3', ' 1', '1 ', ''),
  )
  const root = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    },
    fc.uint8Array({ minLength: 30, maxLength: 34 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc.constantFrom('', `${ROOT.slice(0, -2)}d=`, ROOT.slice(0, -1), `${ROOT}=`, ` ${ROOT}`),
  )
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.constant(TEXT) },
    {
      weight: 4,
      arbitrary: fc.tuple(mostly(fc.constant(ORIGIN), name), size, root).map((lines) => `${lines.join('\n')}\n`),
    },
    fc
      .tuple(name, size, root, fc.constantFrom('extension\n', '\n', ''))
      .map(([a, b, c, d]) => `${a}\n${b}\n${c}\n${d}`),
  )
  return fc
    .tuple(
      text,
      mostly(fc.constant('\n'), fc.constantFrom('', '\n\n', '\r\n'), 20),
      fc.array(signature, { maxLength: 5 }),
    )
    .map(([body, gap, lines]) => bytesOf(`${body}${gap}${lines.join('')}`))
})()

const showOpened = ({ text, verified, unknown }: OpenedNote): string =>
  JSON.stringify([text, verified.map(({ name }) => name), unknown.map(({ name, keyHash }) => `${name} ${keyHash}`)])

const isKnown = ({ name, keyHash }: NaiveNote['lines'][number]): boolean =>
  name === ORIGIN && keyHash === naiveKeyHash(KEY)

function naiveOpen(bytes: Uint8Array): Outcome {
  const read = naiveNote(bytes)
  if (read === undefined) return refused('NOTE_MALFORMED')
  const { text, lines } = read
  for (const one of lines) {
    if (isKnown(one) && !naiveVerifies(KEY, text, one.signature)) return refused('SIGNATURE_INVALID')
  }
  const unknown = lines.filter((one) => !isKnown(one)).map(({ name, keyHash }) => `${name} ${keyHash}`)
  return accepted(JSON.stringify([text, lines.some(isKnown) ? [ORIGIN] : [], unknown]))
}

function naiveSigned(bytes: Uint8Array): Outcome {
  const read = naiveNote(bytes)
  if (read === undefined) return refused('NOTE_MALFORMED')
  const checkpoint = naiveCheckpoint(read.text)
  if (checkpoint === undefined) return refused('CHECKPOINT_MALFORMED')
  const mine = read.lines.filter(isKnown)
  if (mine.some(({ signature }) => !naiveVerifies(KEY, read.text, signature))) return refused('SIGNATURE_INVALID')
  return accepted(JSON.stringify([checkpoint, read.lines.length, mine.length > 0]))
}

const common = { seeds: SEEDS, words: WORDS, structured }

export const targets: readonly Target[] = [
  {
    ...common,
    name: 'note-open',
    real: (bytes) => outcomeOf(() => showOpened(openNote(bytes, [VKEY])), clyraCode),
    naive: naiveOpen,
    compareCodes: true,
  },
  {
    ...common,
    name: 'note-checkpoint',
    // The text alone: what `parseCheckpoint` is given comes out of a note.
    seeds: [bytesOf(TEXT)],
    structured: structured.map((bytes) => bytes.subarray(0, Math.max(0, Buffer.from(bytes).lastIndexOf('\n\n') + 1))),
    real: (bytes) =>
      outcomeOf(() => {
        const { origin, size, root } = parseCheckpoint(Buffer.from(bytes).toString('utf8'))
        return JSON.stringify({ origin, size: String(size), root: Buffer.from(root).toString('base64') })
      }, clyraCode),
    naive: (bytes) => {
      const found = naiveCheckpoint(Buffer.from(bytes).toString('utf8'))
      return found === undefined ? refused('NOTE_MALFORMED') : accepted(JSON.stringify(found))
    },
  },
  {
    ...common,
    name: 'note-verifier',
    real: (bytes) =>
      outcomeOf(() => {
        const checkpoint = readCheckpoint(bytes)
        const signers = signersOf(checkpoint, [noteKey(ORIGIN, known)])
        const { origin, size, root, signatures } = checkpoint
        const shown = { origin, size: String(size), root: Buffer.from(root).toString('base64') }
        return JSON.stringify([shown, signatures.length, signers.length > 0])
      }, refusalCode),
    naive: naiveSigned,
    compareCodes: true,
  },
  {
    name: 'decimal',
    seeds: ['0', '1', '9007199254740991'].map(bytesOf),
    words: ['0', '9', '-', '.', ' ', '\n', 'e', '٣'],
    structured: fc
      .oneof(
        fc.bigInt({ min: 0n, max: 2n ** 60n }).map(String),
        fc.constantFrom('00', '01', '-0', '9007199254740992', '1\n', '\n1', '', '1e3', '0x1'),
      )
      .map(bytesOf),
    real: (bytes) => outcomeOf(() => String(parseDecimal(Buffer.from(bytes).toString('utf8'))), clyraCode),
    naive: (bytes) => {
      const text = Buffer.from(bytes).toString('utf8')
      const digits = text.length > 0 && [...text].every((one) => '0123456789'.includes(one))
      const fits = digits && (text === '0' || text[0] !== '0') && BigInt(text) <= 2n ** 53n - 1n
      return fits ? accepted(text) : refused('INVALID_POSITION')
    },
    weight: 0.2,
  },
]
