import { writeArchive } from '../../verifier/ts/src/archive.js'
import { canonicalBytes } from '../../verifier/ts/src/canonical.js'
import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import { signedNote } from '../../verifier/ts/test/ledger-maker.js'
import { type RawEntry, rawZip } from '../../verifier/ts/test/raw-zip.js'
import type { Random } from '../fuzz/engine/random.js'
import { type Honest, WORDS } from './bases.js'
import { editValue } from './edit-value.js'
import { json, spoil, stranger, type Way, withFile } from './mutant.js'

function rawEntries(honest: Honest, random: Random): RawEntry[] {
  const entries: RawEntry[] = [...honest.files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, data]) => ({ name, data }))
  const at = random.below(entries.length)
  const entry = entries[at]!
  const odd: Partial<RawEntry>[] = [
    { method: random.pick([8, 1, 99]) },
    { flags: random.pick([1, 8, 2048]) },
    { crc: random.next() },
    { extra: Uint8Array.from([1, 0, 0, 0]) },
    { externalAttributes: 0x81a40000 },
    { date: 0x5a21 },
    { localName: entry.name.replace(/^./, 'z') },
    {
      name: random.pick([
        '/etc/passwd',
        '../up',
        'a\\b',
        'C:/x',
        'Manifest.json',
        'a//b',
        'dir/',
        '',
        '.',
        entry.name.toUpperCase(),
      ]),
    },
    { name: `artifacts/${'0'.repeat(64)}` },
    { name: 'issued.tlog-proof' },
  ]
  switch (random.below(5)) {
    case 0:
      return [...entries.slice(0, at), entry, ...entries.slice(at)]
    case 1:
      return entries.filter((_, i) => i !== at)
    case 2:
      return random.below(2) === 0
        ? entries.reverse()
        : [...entries, { name: random.pick(['zz', 'a', 'checkpoint.tsr']), data: entry.data }]
    default:
      return entries.map((one, i) => (i === at ? { ...one, ...random.pick(odd) } : one))
  }
}

function note(honest: Honest, random: Random): Uint8Array {
  const text = new TextDecoder().decode(honest.files.get('checkpoint'))
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const line = lines[at]!
  const other = random.pick([
    line.replace(/[0-9A-Za-z+/]/, (one) => (one === 'B' ? 'C' : 'B')),
    `${line} `,
    `${line}\r`,
    line.slice(0, -1),
    line.replace(/=+$/, ''),
    line.toUpperCase(),
    line.replace('\u2014', '-'),
    '',
    `0${line}`,
    random.pick(WORDS),
    new TextDecoder('latin1').decode(spoil(new TextEncoder().encode(line), random)),
  ])
  const made = random.pick([
    [...lines.slice(0, at), other, ...lines.slice(at + 1)],
    [...lines.slice(0, at), line, line, ...lines.slice(at + 1)],
    [...lines.slice(0, at), ...lines.slice(at + 1)],
    [...lines.slice(0, at), other, line, ...lines.slice(at + 1)],
  ])
  return new TextEncoder().encode(made.join('\n'))
}

/** Lines of signatures that do not fit the text, or are of somebody else. */
function signature(honest: Honest, random: Random): Uint8Array {
  const { ledger } = honest
  const text = ledger.checkpointText()
  const good = { name: ledger.origin, key: ledger.ledgerKey }
  const strange = { name: random.pick([ledger.origin, 'other.example']), key: stranger }
  const made = random.pick([
    [strange],
    [{ name: 'other.example', key: ledger.ledgerKey }],
    [{ name: ledger.origin, key: evidenceKey }],
    [good, strange],
    [strange, good],
    [good, good],
  ])
  const bytes = signedNote(text, made)
  if (random.below(2) === 0) return bytes
  // A bit of the signature of one line.
  const whole = new TextDecoder().decode(bytes)
  const at = whole.length - 4 - random.below(80)
  return new TextEncoder().encode(`${whole.slice(0, at)}${whole[at] === 'A' ? 'Q' : 'A'}${whole.slice(at + 1)}`)
}

/** What was signed is spoiled, and nothing made anew. */
export const SPOILED: readonly Way[] = [
  {
    how: 'bytes of the archive',
    weight: 7,
    signed: false,
    make: ({ files }, random) => spoil(writeArchive(new Map(files)), random),
  },
  {
    how: 'structure of the archive',
    weight: 12,
    signed: false,
    make: (honest, random) =>
      rawZip(rawEntries(honest, random), random.below(12) === 0 ? { gap: Uint8Array.from([0]) } : {}),
  },
  {
    how: 'bytes of a file',
    weight: 7,
    signed: false,
    make: (honest, random) => withFile(honest, random.pick([...honest.files.keys()]), (bytes) => spoil(bytes, random)),
  },
  {
    how: 'the manifest, as it stands',
    weight: 2,
    signed: false,
    make: (honest, random) =>
      withFile(honest, 'manifest.json', (bytes) => canonicalBytes(editValue(json(bytes), random))),
  },
  {
    how: 'lines of the note',
    weight: 14,
    signed: false,
    make: (honest, random) => withFile(honest, 'checkpoint', () => note(honest, random)),
  },
  {
    how: 'signatures of the note',
    weight: 13,
    signed: false,
    make: (honest, random) => withFile(honest, 'checkpoint', () => signature(honest, random)),
  },
  {
    how: 'the envelope',
    weight: 11,
    signed: false,
    make: (honest, random) =>
      withFile(honest, 'manifest.dsse.json', (bytes) => canonicalBytes(editValue(json(bytes), random))),
  },
]
