import canonicalize from 'canonicalize'
import * as fc from 'fast-check'
import { admit, parseStrict } from '../../../src/canonical/index.js'
import { isClyraError } from '../../../src/errors/index.js'
import { admit as verifierAdmit } from '../../../verifier/ts/src/json.js'
import { Refusal } from '../../../verifier/ts/src/refusal.js'
import { outcomeOf, type Target } from '../engine/target.js'
import { type NaiveOptions, NotAdmitted, naiveAdmit, naiveParse, show, showValue } from '../naive/naive-json.js'
import { admittedValue, bytesOf, jsonText } from './generators.js'

export const clyraCode = (error: unknown): string | undefined => (isClyraError(error) ? error.code : undefined)
export const refusalCode = (error: unknown): string | undefined => (error instanceof Refusal ? error.code : undefined)
const naiveCode = (error: unknown): string | undefined => (error instanceof NotAdmitted ? error.code : undefined)

const SEEDS = [
  '{"a":1,"b":[true,false,null],"c":"text","d":{"e":"1.50","f":-1}}',
  '{"data":{"clyra:sealed":"00"},"id":"01940000-0000-7000-8000-00000000aaaa","specversion":"1.0"}',
  '["\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028\u00e9\ud83d\ude00\uffff"]',
  '[9007199254740991,-9007199254740991,0]',
  `${'['.repeat(32)}${']'.repeat(32)}`,
  '{"":1}',
  '[[],{},[{}],""]',
].map(bytesOf)

const WORDS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '\\udc00',
  '\\u0061',
  '"a":',
  '"a":1,',
  'null',
  'true',
  'false',
  '-0',
  '1e1',
  '0.0',
  '\u0000',
  '\ufeff',
  '\n',
  ' ',
  '__proto__',
  '"__proto__":',
  ',}',
  ',]',
  '//',
  '/**/',
]

const structured = fc.oneof(
  { weight: 3, arbitrary: jsonText.map(bytesOf) },
  { weight: 1, arbitrary: admittedValue.map((value) => bytesOf(canonicalize(value) ?? '')) },
)

const naiveLenient = (options: NaiveOptions) => (bytes: Uint8Array) =>
  outcomeOf(() => show(naiveParse(bytes, options)), naiveCode)

const common = { seeds: SEEDS, words: WORDS, structured }

export const targets: readonly Target[] = [
  {
    ...common,
    name: 'json-admit',
    real: (bytes) => outcomeOf(() => showValue(admit(bytes)), clyraCode),
    naive: (bytes) => outcomeOf(() => show(naiveAdmit(bytes)), naiveCode),
    compareCodes: true,
  },
  {
    ...common,
    name: 'json-parse-strict',
    real: (bytes) => outcomeOf(() => showValue(parseStrict(bytes)), clyraCode),
    naive: naiveLenient({}),
    compareCodes: true,
  },
  {
    ...common,
    name: 'json-foreign',
    real: (bytes) => outcomeOf(() => showValue(parseStrict(bytes, { floats: true, anyNames: true })), clyraCode),
    naive: naiveLenient({ floats: true, anyNames: true }),
    compareCodes: true,
  },
  {
    ...common,
    name: 'json-verifier',
    real: (bytes) => outcomeOf(() => showValue(verifierAdmit(bytes)), refusalCode),
    naive: (bytes) => outcomeOf(() => show(naiveAdmit(bytes)), naiveCode),
    compareCodes: true,
  },
]
