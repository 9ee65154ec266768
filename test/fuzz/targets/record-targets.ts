import canonicalize from 'canonicalize'
import * as fc from 'fast-check'
import { parseRecord, RecordReader } from '../../../src/events/parse-record.js'
import { readRecord } from '../../../verifier/ts/src/record.js'
import { sampleLedger } from '../../../verifier/ts/test/sample-ledger.js'
import { accepted, type Outcome, outcomeOf, refused, type Target } from '../engine/target.js'
import { naiveLogRecord } from '../naive/naive-record.js'
import { admittedValue, bytesOf, mostly } from './generators.js'
import { clyraCode, refusalCode } from './json-targets.js'

const HONEST: Readonly<Record<string, unknown>> = {
  specversion: '1.0',
  id: '01940000-0000-7000-8000-00000000aaaa',
  source: '/test',
  type: 'com.example.thing.happened.v1',
  time: '2025-01-01T00:00:00Z',
  data: { n: 1 },
  ledger: 'vectors.clyra.internal',
  stream: 'thing-1',
  revision: '0',
  prev: '00'.repeat(32),
  submitter: 'local',
  recordedat: '2025-01-01T00:00:00.000Z',
}

const TEXTS = [
  '',
  'a',
  'A',
  '0',
  '00',
  '9007199254740991',
  '9007199254740992',
  '01',
  '-1',
  '1.0',
  'thing-1',
  'thing-',
  '-x',
  `a-${'x'.repeat(200)}`,
  `a-${'x'.repeat(201)}`,
  `${'a'.repeat(31)}-x`,
  `${'a'.repeat(32)}-x`,
  'ledger-genesis',
  '2024-02-29T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '2025-01-01T24:00:00Z',
  '2025-01-01T23:59:60Z',
  '2025-01-01T00:00:00.123456789Z',
  '2025-01-01T00:00:00.1234567890Z',
  '2025-01-01T00:00:00.000Z',
  '2025-12-31T23:59:59.999Z',
  '2025-13-01T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '2100-02-29T00:00:00.000Z',
  '2000-02-29T00:00:00.000Z',
  '2025-1-1T00:00:00Z',
  '2025-01-01t00:00:00z',
  'f'.repeat(64),
  'F'.repeat(64),
  'a'.repeat(253),
  'a'.repeat(254),
  '01940000-0000-4000-8000-00000000aaaa',
  '01940000-0000-8000-b000-00000000aaaa',
  '01940000-0000-7000-c000-00000000aaaa',
  'com.example.v1',
  'example.v1',
  'a.b.v0',
  'a.b.v1000000',
  'a.b.v999999',
  'x'.repeat(1024),
  'x'.repeat(1025),
  '😀'.repeat(512),
  '😀'.repeat(513),
  '\u007f',
  '\u0085',
  '\ufffe',
  '\ufdd0',
  'a\nb',
  'a\n',
  'text/html',
  'application/json',
  'application/x+json; charset=utf-8',
  'https://example.com/a?b#c',
  '%41',
  '%4',
  'a b',
  `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
] as const

const OPTIONAL = [
  'subject',
  'actor',
  'correlationid',
  'causationid',
  'traceparent',
  'runid',
  'datacontenttype',
  'dataschema',
  'x',
  'a1',
  'A',
  'data_base64',
  'constructor',
  'x'.repeat(20),
  'x'.repeat(21),
  'tostring',
]

const event = fc
  .tuple(
    fc.array(
      fc.tuple(
        mostly(fc.constantFrom(...Object.keys(HONEST), ...OPTIONAL), fc.constantFrom('prototype', 'id ')),
        fc.oneof({ weight: 10, arbitrary: fc.constantFrom(...TEXTS) }, fc.constantFrom(1, null, true, [], {})),
      ),
      { maxLength: 2 },
    ),
    fc.array(fc.constantFrom(...Object.keys(HONEST)), { maxLength: 1 }),
    fc.option(admittedValue, { freq: 6, nil: undefined }),
    fc.boolean(),
  )
  .map(([changes, without, data, remove]) => {
    const one: Record<string, unknown> = { ...HONEST, ...Object.fromEntries(changes) }
    if (data !== undefined) one['data'] = data
    if (remove) for (const name of without) delete one[name]
    return canonicalize(one) ?? ''
  })

const RECORDS = sampleLedger().records.map(({ bytes }) => bytes)
const SEEDS = [bytesOf(canonicalize(HONEST) ?? ''), ...RECORDS]
const WORDS = ['"data":{},', '"subject":"x",', '\\u0000', '"', ',', '2025-02-29', 'Z', ':', '{', '}', '"x":1,', '\n']

const yes = (problem: string | undefined): Outcome => (problem === undefined ? accepted('') : refused(problem))

export const targets: readonly Target[] = [
  {
    name: 'record',
    seeds: SEEDS,
    words: WORDS,
    structured: event.map(bytesOf),
    real: (bytes) => outcomeOf(() => (parseRecord(bytes).id === '' ? 'no id' : ''), clyraCode),
    naive: (bytes) => yes(naiveLogRecord(bytes)),
  },
  {
    // Many records by one reader: what it remembers of one must not let another through.
    name: 'record-reader',
    seeds: [bytesOf(RECORDS.map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n'))],
    words: WORDS,
    structured: fc.array(event, { minLength: 1, maxLength: 4 }).map((events) => bytesOf(events.join('\n'))),
    real: (bytes) => {
      const reader = new RecordReader()
      return linewise(
        bytes,
        (line) => outcomeOf(() => (reader.read(line).id === '' ? 'no id' : ''), clyraCode).accepted,
      )
    },
    naive: (bytes) => linewise(bytes, (line) => naiveLogRecord(line) === undefined),
  },
  {
    name: 'record-verifier',
    seeds: SEEDS.filter((bytes) => !Buffer.from(bytes).includes('dev.clyra')),
    words: WORDS,
    structured: event.map(bytesOf),
    real: (bytes) => outcomeOf(() => (readRecord(bytes, {}).id === '' ? 'no id' : ''), refusalCode),
    naive: (bytes) => yes(naiveLogRecord(bytes)),
    compareCodes: true,
  },
]

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end))
    from = end < 0 ? bytes.length + 1 : end + 1
  }
  return lines
}

/** Which lines are records; refused where none is. */
function linewise(bytes: Uint8Array, isRecord: (line: Uint8Array) => boolean): Outcome {
  const results = linesOf(bytes).map(isRecord)
  return results.includes(true) ? accepted(results.join()) : refused('none')
}
