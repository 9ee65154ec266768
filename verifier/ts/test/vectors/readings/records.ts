import { concatBytes, utf8 } from '../../../src/bytes.js'
import type { JsonObject, JsonValue } from '../../../src/json.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { editFile, replaceText } from '../../edit-json.js'
import { type Draft, TestLedger } from '../../ledger-maker.js'
import { captured, closed, gap, other, RUN, sampleLedger, started } from '../../sample-ledger.js'
import { against, bad, good, PINNED, type Vector } from '../vector.js'

/** Log, sections 1 to 3, and DEF, section 2: records as they are read one after the other. */
export function recordReadings(): Vector[] {
  return [...attributeReadings(), ...dataReadings(), ...lineReadings()]
}

const inRun = (draft: Partial<Draft> = {}): Draft => ({ ...other(`run-${RUN}`), data: { n: 1 }, ...draft })
const withRecord = (draft: Draft) => sampleLedger([started(), draft, closed()])
const bytesOf = (change: (bytes: Uint8Array) => Uint8Array) => withRecord(inRun({ bytes: change }))

function attributeReadings(): Vector[] {
  const attributes = (changes: Record<string, JsonValue>) => withRecord(inRun({ attributes: changes }))
  const refused = (name: string, shows: string, changes: Record<string, JsonValue>) =>
    bad('negative', name, 'RECORD_ENVELOPE_INVALID', shows, { ledger: attributes(changes) })
  const admitted = (name: string, shows: string, changes: Record<string, JsonValue>) =>
    good(name, shows, attributes(changes))
  const time = (name: string, shows: string, at: string) => refused(`record-time-${name}`, shows, { time: at })
  const segment = `.${'a'.repeat(63)}`
  return [
    refused('record-id-variant', 'A UUIDv7 whose variant is not 10.', { id: '01940000-0000-7000-c000-00000000cccc' }),
    admitted('record-id-variants', 'A UUIDv8 whose variant bits are 10.', {
      id: '01940000-0000-8000-b000-00000000cccc',
    }),
    against(
      'grammar.ts',
      '\\ufdd0-\\ufdef\\ufffe\\uffff]{1,1024}$/',
      '\\ufdd0-\\ufdef\\ufffe\\uffff]{1,1024}$/u',
      refused('record-attribute-units', '513 characters of two UTF-16 code units each: 1,026 of 1,024.', {
        subject: '\u{1f600}'.repeat(513),
      }),
    ),
    admitted('record-attribute-1024', '512 characters of two UTF-16 code units each.', {
      subject: '\u{1f600}'.repeat(512),
    }),
    refused('record-attribute-c1', 'A control character of U+0080-009F.', { subject: 'a\u0085b' }),
    refused('record-attribute-fdd0', 'A noncharacter of U+FDD0-FDEF.', { subject: '\ufdd0' }),
    admitted('record-attribute-1fffe', 'Noncharacters above U+FFFF are not in the list.', { subject: '\u{1fffe}' }),
    refused('record-attribute-name-21', 'An attribute name of 21 characters.', { a23456789012345678901: 'x' }),
    admitted('record-attribute-names', 'Names of 20 characters and of digits.', { a2345678901234567890: 'x', 1: 'x' }),
    refused('record-attribute-null', 'An attribute that is null.', { subject: null }),
    admitted(
      'record-attributes-of-the-catalogue',
      'spec/events asks more of a writer: a reader takes any text in these attributes.',
      { datacontenttype: 'no media type', dataschema: 'no uri', traceparent: '00-nothing', source: 'no uri \u{1f600}' },
    ),
    refused('record-type-1025', 'A type of its grammar that is longer than an attribute may be.', {
      type: `${'a'.repeat(63)}${segment.repeat(15)}.v1`.replace(/a\.v1$/, '.v12'),
    }),
    admitted('record-type-1024', 'A type of 1,024 characters.', {
      type: `${'a'.repeat(63)}${segment.repeat(14)}.${'a'.repeat(61)}.v1`,
    }),
    time('hour-24', 'Hour 24.', '2025-01-01T24:00:00Z'),
    time('leap-second', 'A leap second that there was.', '2016-12-31T23:59:60Z'),
    time('century', 'The 29th of February of 1900.', '1900-02-29T00:00:00Z'),
    time('ten-digits', 'Ten digits of a second.', '2025-01-01T00:00:00.0000000000Z'),
    time('no-digits', 'A point without digits.', '2025-01-01T00:00:00.Z'),
    time('other-digits', 'Arabic-Indic digits.', '\u0662\u0660\u0662\u0665-01-01T00:00:00Z'),
    time('offset', 'An offset instead of Z.', '2025-01-01T00:00:00+00:00'),
    time('lower-case', 'Lower-case letters.', '2025-01-01t00:00:00z'),
    admitted('record-time-year-0', 'Year 0 is a leap year of the Gregorian calendar.', {
      time: '0000-02-29T23:59:59.123456789Z',
    }),
    refused('record-revision-leading-zero', 'A revision with a leading zero.', { revision: '01' }),
    against(
      'chain.ts',
      'this.#recordedAt = record.recordedat',
      'this.#recordedAt ||= record.recordedat',
      bad(
        'forged',
        'time-before-the-record-before',
        'RECORDEDAT_BACKWARDS',
        'A record that was recorded before the one before it, and after the first.',
        { ledger: attributes({ recordedat: '2025-01-01T00:00:01.500Z' }) },
      ),
    ),
    bad('negative', 'record-revision-2-53', 'RECORD_ENVELOPE_INVALID', 'A revision of 2^53.', {
      ledger: jumping('9007199254740992'),
    }),
    bad('negative', 'record-revision-2-53-less-1', 'REVISION_GAP', 'A revision of 2^53-1 is well formed.', {
      ledger: jumping('9007199254740991'),
    }),
    bad('negative', 'record-of-no-object', 'RECORD_ENVELOPE_INVALID', 'A record that is an array.', {
      ledger: bytesOf(() => utf8('[]')),
    }),
    good('record-of-65535-bytes', 'A record of 65,535 bytes.', bytesOf(grownTo(65_535))),
    bad('negative', 'record-too-large-and-bad', 'RECORD_TOO_LARGE', 'The size is judged before the bytes are read.', {
      ledger: bytesOf((bytes) => replaceText('"n":', 'n:')(grownTo(65_540)(bytes))),
    }),
  ]
}

/** A run whose second record states that revision, and its third the right one. */
const jumping = (revision: string) =>
  sampleLedger([started(), inRun({ attributes: { revision } }), { ...closed(), attributes: { revision: '2' } }])

const grownTo = (size: number) => (bytes: Uint8Array) =>
  replaceText('"n":1', `"n":"${'x'.repeat(size - bytes.length - 1)}"`)(bytes)

function dataReadings(): Vector[] {
  const draft = (type: string, data: JsonValue): Draft => ({ stream: `run-${RUN}`, type, data })
  const start = (changes: JsonObject) => ({ ...started(), data: { ...(started().data as JsonObject), ...changes } })
  const refused = (name: string, shows: string, one: Draft) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger: sampleLedger([one, closed()]) })
  const artifact = (size: string) => ({ ...captured(), data: { ...(captured().data as JsonObject), size } })
  const ledger = new TestLedger()
  ledger.append(other('run-other'))
  ledger.append({ ...gap('a reason'), stream: 'thing-1' })
  return [
    against(
      'record-data.ts',
      'governance: anyObject',
      'governance: nullable(anyObject)',
      refused('data-governance-null', 'A run that states null as its governance.', start({ governance: null })),
    ),
    refused('data-subject-513', 'A subject of 513 characters.', start({ subject: 'x'.repeat(513) })),
    refused('data-subject-empty', 'An empty subject.', start({ subject: '' })),
    against(
      'record-data.ts',
      '/^.{1,512}$/su',
      '/^.{1,512}$/s',
      good(
        'data-subject-512',
        'A subject of 512 characters, counted as code points, a line feed among them.',
        sampleLedger([start({ subject: `\n${'\u{1f600}'.repeat(511)}` }), closed()]),
      ),
    ),
    refused('data-demonstration-text', 'A run that says "true" instead of true.', start({ demonstration: 'true' })),
    refused('data-policy-upper', 'A policy in upper case.', start({ policy: 'AB'.repeat(32) })),
    refused('data-policy-absent', 'A run without a policy member.', {
      ...started(),
      data: Object.fromEntries(Object.entries(started().data as JsonObject).filter(([name]) => name !== 'policy')),
    }),
    against(
      'record-data.ts',
      "text(/^[a-z0-9-]{1,64}$/) }, { open: true }),\n  'dev.clyra.run.reread",
      "oneOf('log-missing') }, { open: true }),\n  'dev.clyra.run.reread",
      good(
        'data-gap-of-no-list',
        'A reason that stands in no list: reasons may grow.',
        sampleLedger([started(), gap('a-reason-of-tomorrow'), closed()]),
      ),
    ),
    refused('data-gap-65', 'A reason of 65 characters.', gap('a'.repeat(65))),
    against(
      'record-data.ts',
      "text(/^[a-z0-9-]{1,64}$/) }, { open: true }),\n  'dev.clyra.run.reread",
      "text(/^[a-z0-9-]{1,64}$/m) }, { open: true }),\n  'dev.clyra.run.reread",
      refused(
        'data-gap-line-feed',
        'A reason with a line feed behind it: patterns match the whole text.',
        gap('log-missing\n'),
      ),
    ),
    refused('data-gap-upper', 'A reason in upper case.', gap('Log-missing')),
    refused('data-size-2-53', 'An artefact of 2^53 bytes.', artifact('9007199254740992')),
    good(
      'data-size-2-53-less-1',
      'An artefact of 2^53-1 bytes, outside.',
      sampleLedger([started(), artifact('9007199254740991'), closed()]),
    ),
    refused('data-size-number', 'A size that is a number.', {
      ...captured(),
      data: { ...(captured().data as JsonObject), size: 15 },
    }),
    ...[[1], 'x', null].map((data, i) =>
      good(
        `data-of-other-types-${['array', 'text', 'null'][i]}`,
        'Types that a verifier does not read have any data, run.closed among them.',
        sampleLedger([started(), draft('org.example.thing.happened.v1', data), { ...closed(), data }]),
      ),
    ),
    bad(
      'negative',
      'data-in-another-stream',
      'RECORD_DATA_INVALID',
      'Data are judged in every stream, by type alone.',
      {
        ledger,
        tiles: ledger.tiles(),
      },
    ),
    bad(
      'negative',
      'data-before-reservation',
      'RECORD_DATA_INVALID',
      'A heads record with bad data in a run: data are judged before streams.',
      { ledger: withRecord(draft('dev.clyra.ledger.heads.v1', {})) },
    ),
    ...adoptionReadings(),
    bad('negative', 'data-member-more', 'RECORD_DATA_INVALID', 'Data of the ledger have no member more.', {
      ledger: withRecord(draft('dev.clyra.ledger.redacted.v1', { subject: 'x', reason: 'mistake', note: '' })),
    }),
  ]
}

/** Log, section 4: what a ledger says that went on after it was copied, set back or forked, and what it lost. */
function adoptionReadings(): Vector[] {
  const ledgerOf = (type: string, data: JsonObject): TestLedger => {
    const ledger = new TestLedger()
    ledger.append({ stream: 'ledger-adoptions', type: `dev.clyra.ledger.${type}.v1`, data })
    return ledger
  }
  const root = 'ab'.repeat(32)
  const adopted = { reason: 'set-back', had: '0', signedSize: '7', signedRoot: root }
  const lost = { signedSize: '7', signedRoot: root }
  const refused = (name: string, shows: string, ledger: TestLedger) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger, tiles: ledger.tiles() })
  const admitted = (name: string, shows: string, ledger: TestLedger): Vector => ({
    ...good(name, shows, sampleLedger()),
    options: PINNED(ledger),
    evidence: ledger.tiles(),
  })
  const anyText = "oneOf('copy', 'set-back', 'forked')"
  return [
    admitted('tiles-adopted', 'A ledger that was set back, and went on.', ledgerOf('adopted', adopted)),
    admitted(
      'tiles-adopted-without-signature',
      'An adoption that knows of no signed size and root.',
      ledgerOf('adopted', { ...adopted, signedSize: null, signedRoot: null }),
    ),
    admitted('tiles-lost', 'A ledger that says up to where it was signed.', ledgerOf('lost', lost)),
    against(
      'record-data.ts',
      anyText,
      'text()',
      refused(
        'tiles-adopted-for-another-reason',
        'An adoption for a reason that is not in the list.',
        ledgerOf('adopted', { ...adopted, reason: 'moved' }),
      ),
    ),
    refused('tiles-adopted-had-null', 'An adoption without a size.', ledgerOf('adopted', { ...adopted, had: null })),
    refused('tiles-adopted-more', 'An adoption with a member more.', ledgerOf('adopted', { ...adopted, note: '' })),
    against(
      'record-data.ts',
      'object({ signedSize: decimal, signedRoot: hashText })',
      'object({ signedSize: nullable(decimal), signedRoot: hashText })',
      refused('tiles-lost-null', 'A loss without a signed size.', ledgerOf('lost', { ...lost, signedSize: null })),
    ),
  ]
}

function lineReadings(): Vector[] {
  const lines = (name: string, code: FaultCode, shows: string, change: (bytes: Uint8Array) => Uint8Array) =>
    bad('negative', name, code, shows, { lies: { listed: editFile('records.jsonl', change) } })
  const begin = (text: string) => (bytes: Uint8Array) => concatBytes(utf8(text), bytes)
  return [
    lines('records-empty', 'RECORDS_MALFORMED', 'No lines at all.', () => new Uint8Array(0)),
    lines('records-one-line-feed', 'RECORDS_MALFORMED', 'One empty line.', () => utf8('\n')),
    lines(
      'records-empty-line-later',
      'JSON_SYNTAX',
      'An empty line behind a line that is refused: reading has ended before it.',
      begin('{]\n\n'),
    ),
    lines(
      'records-worse-line-later',
      'JSON_NUMBER',
      'A line with a lower code behind a line that is refused: reading has ended before it.',
      begin('1.5\n{]\n'),
    ),
    lines(
      'records-refused-and-cut',
      'RECORDS_MALFORMED',
      'The last line feed is asked for before any line is read.',
      (bytes) => begin('{]\n')(bytes.slice(0, -1)),
    ),
    bad('negative', 'documents-lowest-code', 'JSON_SYNTAX', 'Two documents are refused: the lower order counts.', {
      lies: {
        listed: (files) => {
          const trailing = editFile('heads.json', (bytes) => concatBytes(bytes, utf8('{}')))
          return editFile('proof.json', () => utf8('{'))(trailing(files))
        },
      },
    }),
  ]
}
