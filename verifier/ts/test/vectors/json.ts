import { concatBytes, utf8 } from '../../src/bytes.js'
import type { JsonValue } from '../../src/json.js'
import type { FaultCode } from '../../src/spec.generated.js'
import { edit, editFile, replaceText } from '../edit-json.js'
import type { Draft } from '../ledger-maker.js'
import { closed, other, RUN, sampleLedger, started } from '../sample-ledger.js'
import { bad, type Vector } from './vector.js'

/** A run whose second record has bad bytes, in a ledger that hashed, chained and signed it. */
const withRecord = (draft: Draft) => sampleLedger([started(), draft, closed()])
const inData = (data: JsonValue = { n: 1 }): Draft => ({ ...other(`run-${RUN}`), data })
const record = (name: string, code: FaultCode, shows: string, bytes: Draft['bytes'], data: JsonValue = { n: 1 }) =>
  bad('negative', name, code, shows, { ledger: withRecord({ ...inData(data), ...(bytes && { bytes }) }) })
const attribute = (name: string, shows: string, attributes: Record<string, JsonValue | undefined>) =>
  bad('negative', name, 'RECORD_ENVELOPE_INVALID', shows, { ledger: withRecord({ ...inData(), attributes }) })
/** proof.json with other bytes, listed as it is. */
const document = (name: string, code: FaultCode, shows: string, change: (bytes: Uint8Array) => Uint8Array) =>
  bad('negative', name, code, shows, { lies: { listed: editFile('proof.json', change) } })

export function jsonVectors(): Vector[] {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  return [
    record('json-bom', 'JSON_BOM', 'A byte order mark.', (bytes) =>
      concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), bytes),
    ),
    record('json-bad-utf8', 'JSON_BAD_UTF8', 'A byte that is not UTF-8.', (bytes) =>
      bytes.map((byte, i) => (i === 20 ? 0xff : byte)),
    ),
    record('json-overlong', 'JSON_BAD_UTF8', 'An overlong slash.', (bytes) => withBytes(bytes, '"n":1', [0xc0, 0xaf])),
    record('json-surrogate-bytes', 'JSON_BAD_UTF8', 'A surrogate encoded in UTF-8.', (bytes) =>
      withBytes(bytes, '"n":1', [0xed, 0xa0, 0x80]),
    ),
    record('json-syntax', 'JSON_SYNTAX', 'A trailing comma.', replaceText('"n":1}', '"n":1,}')),
    record('json-nan', 'JSON_SYNTAX', 'NaN.', replaceText('"n":1', '"n":NaN')),
    record('json-trailing', 'JSON_TRAILING', 'A second value behind the first.', (bytes) =>
      concatBytes(bytes, utf8('{}')),
    ),
    record('json-deep', 'JSON_TOO_DEEP', 'Thirty-three levels.', replaceText('"n":1', `"n":${deep(31)}`)),
    record('json-depth-bomb', 'JSON_TOO_DEEP', 'Thousands of levels.', replaceText('"n":1', `"n":${deep(3000)}`)),
    record('json-duplicate', 'JSON_DUPLICATE_NAME', 'One name twice.', replaceText('"n":1', '"n":1,"n":2')),
    record(
      'json-duplicate-escaped',
      'JSON_DUPLICATE_NAME',
      'One name twice, once escaped.',
      replaceText('"n":1', '"n":1,"\\u006e":2'),
    ),
    record('json-proto', 'JSON_FORBIDDEN_NAME', '__proto__ as a name.', replaceText('"n":1', '"__proto__":1')),
    record(
      'json-proto-escaped',
      'JSON_FORBIDDEN_NAME',
      '__proto__ as an escaped name.',
      replaceText('"n":1', '"\\u005f_proto__":1'),
    ),
    record('json-name', 'JSON_FORBIDDEN_NAME', 'A name with a space.', replaceText('"n":1', '"a b":1')),
    record('json-float', 'JSON_NUMBER', 'A fraction.', replaceText('"n":1', '"n":1.5')),
    record('json-exponent', 'JSON_NUMBER', 'An exponent.', replaceText('"n":1', '"n":1e2')),
    record('json-minus-zero', 'JSON_NUMBER', 'Minus zero.', replaceText('"n":1', '"n":-0')),
    record('json-too-large-number', 'JSON_NUMBER', '2^53+1.', replaceText('"n":1', '"n":9007199254740993')),
    record('json-lone-surrogate', 'JSON_SURROGATE', 'A high surrogate alone.', replaceText('"n":1', '"n":"\\ud800"')),
    record(
      'json-low-surrogate',
      'JSON_SURROGATE',
      'A low surrogate first.',
      replaceText('"n":1', '"n":"\\udc00\\ud800"'),
    ),
    record('json-space', 'JSON_NOT_CANONICAL', 'A space after a colon.', replaceText('"n":1', '"n": 1')),
    record('json-crlf', 'JSON_NOT_CANONICAL', 'A carriage return before the line feed.', (bytes) =>
      concatBytes(bytes, utf8('\r')),
    ),
    record('json-order', 'JSON_NOT_CANONICAL', 'Members out of order.', replaceText('"n":1', '"n":1,"b":2')),
    record(
      'json-escape',
      'JSON_NOT_CANONICAL',
      'A letter escaped without need.',
      replaceText('"n":1', '"n":"\\u0041"'),
    ),
    record(
      'json-escape-upper',
      'JSON_NOT_CANONICAL',
      'An escape with upper-case digits.',
      replaceText('"n":1', '"n":"\\u001F"'),
    ),
    record('json-escape-solidus', 'JSON_NOT_CANONICAL', 'An escaped solidus.', replaceText('"n":1', '"n":"\\/"')),
    document('document-not-canonical', 'JSON_NOT_CANONICAL', 'A document with a line feed at its end.', (bytes) =>
      concatBytes(bytes, utf8('\n')),
    ),
    document(
      'document-duplicate',
      'JSON_DUPLICATE_NAME',
      'A document with one name twice.',
      replaceText('"hashes"', '"hashes":[],"hashes"'),
    ),
    bad('negative', 'manifest-not-canonical', 'JSON_NOT_CANONICAL', 'A pretty manifest.', {
      lies: { manifestBytes: (bytes) => utf8(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2)) },
    }),
    bad('negative', 'manifest-unknown-member', 'MANIFEST_MALFORMED', 'A member that the schema does not have.', {
      lies: { manifest: edit({ '/note': 'trust me' }) },
    }),
    bad('negative', 'manifest-decimal', 'MANIFEST_MALFORMED', 'A size with a leading zero.', {
      lies: { manifest: edit({ '/size': '010' }) },
    }),
    bad('negative', 'manifest-size-number', 'MANIFEST_MALFORMED', 'A size that is a number.', {
      lies: { manifest: edit({ '/size': 10 }) },
    }),
    bad('negative', 'manifest-unsorted', 'MANIFEST_MALFORMED', 'Claims out of order.', {
      lies: { claims: (claims) => claims.toReversed() },
    }),
    bad('negative', 'dsse-shape', 'DSSE_MALFORMED', 'An envelope without signatures.', {
      lies: { envelope: edit({ '/signatures': [] }) },
    }),
    bad('negative', 'dsse-algorithm', 'DSSE_MALFORMED', 'A signature that names its own algorithm.', {
      lies: { envelope: edit({ '/signatures/0/alg': 'none' }) },
    }),
    bad('negative', 'proof-shape', 'PROOF_MALFORMED', 'A hash in upper case.', {
      lies: {
        proof: (proof) => ({ ...proof, hashes: (proof['hashes'] as string[]).map((text) => text.toUpperCase()) }),
      },
    }),
    bad('negative', 'heads-shape', 'HEADS_MALFORMED', 'A path twice.', {
      lies: {
        heads: (heads) => ({
          ...heads,
          paths: [(heads['paths'] as JsonValue[])[0]!, ...(heads['paths'] as JsonValue[])],
        }),
      },
    }),
    bad('negative', 'heads-too-long', 'HEADS_MALFORMED', 'A path with 257 siblings.', {
      lies: { heads: edit({ '/paths/0/siblings': Array.from({ length: 257 }, () => '00'.repeat(32)) }) },
    }),
    bad('negative', 'openings-shape', 'OPENINGS_MALFORMED', 'An opening without salt.', {
      lies: { openings: [{ position: '6', pointer: '/data/text', value: 'x' }] },
    }),
    bad('negative', 'openings-long-pointer', 'OPENINGS_MALFORMED', 'A pointer that is longer than any record.', {
      lies: { openings: [{ position: '6', pointer: `/${'x'.repeat(65_535)}`, salt: '00'.repeat(32), value: 'x' }] },
    }),
    bad('truncated', 'records-no-last-line-feed', 'RECORDS_MALFORMED', 'The last line feed is missing.', {
      lies: { listed: editFile('records.jsonl', (bytes) => bytes.slice(0, -1)) },
    }),
    bad('negative', 'records-empty-line', 'RECORDS_MALFORMED', 'An empty line.', {
      lies: { listed: editFile('records.jsonl', (bytes) => concatBytes(bytes, utf8('\n'))) },
    }),
    bad('negative', 'record-too-large', 'RECORD_TOO_LARGE', 'A record of 65,536 bytes.', {
      ledger: withRecord(largeRecord()),
    }),
    attribute('record-id', 'An id that is no UUIDv7 or UUIDv8.', { id: '01940000-0000-4000-8000-00000000cccc' }),
    attribute('record-id-upper', 'An id in upper case.', { id: '01940000-0000-7000-8000-00000000CCCC' }),
    attribute('record-time', 'A day that does not exist.', { time: '2025-02-30T00:00:00Z' }),
    attribute('record-recordedat', 'A recordedat without milliseconds.', { recordedat: '2025-01-01T00:00:04Z' }),
    record(
      'record-stream',
      'RECORD_ENVELOPE_INVALID',
      'A stream name with a slash.',
      replaceText('"stream":"run-', '"stream":"run/'),
    ),
    attribute('record-revision', 'A revision that is a number.', { revision: 1 }),
    attribute('record-data-base64', 'data_base64.', { data_base64: 'AA==' }),
    attribute('record-no-data', 'No data.', { data: undefined }),
    attribute('record-type', 'A type without a version.', { type: 'org.example.thing.happened' }),
    attribute('record-empty-attribute', 'An empty subject.', { subject: '' }),
    attribute('record-control-character', 'A line feed in an attribute.', { subject: 'a\nb' }),
    attribute('record-specversion', 'Another specversion.', { specversion: '0.3' }),
    bad('negative', 'record-data-heads', 'RECORD_DATA_INVALID', 'A heads record whose size is a number.', {
      ledger: withHeads({ size: 6, root: '00'.repeat(32) }),
    }),
    bad('negative', 'record-data-gap', 'RECORD_DATA_INVALID', 'A gap without a reason.', {
      ledger: withRecord({ stream: `run-${RUN}`, type: 'dev.clyra.run.gap.v1', data: { run: RUN } }),
    }),
  ]
}

function withHeads(data: JsonValue) {
  const ledger = sampleLedger()
  ledger.appendHeads({ data })
  return ledger
}

function withBytes(bytes: Uint8Array, find: string, insert: number[]): Uint8Array {
  const at = new TextDecoder().decode(bytes).indexOf(find)
  // Inside the member name: right after its opening quote.
  return concatBytes(bytes.subarray(0, at + 1), Uint8Array.from(insert), bytes.subarray(at + 1))
}

function largeRecord(): Draft {
  const draft = (length: number) => inData({ text: 'x'.repeat(length) })
  return { ...draft(1), bytes: (bytes) => replaceText('"x"', `"${'x'.repeat(65_536 - bytes.length + 1)}"`)(bytes) }
}
