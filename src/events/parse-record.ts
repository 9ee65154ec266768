import { admit, type JsonObject, type JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { OPTIONAL_ATTRIBUTES } from './check-attributes.js'
import type { StoredEvent } from './envelope.js'
import {
  ATTRIBUTE_TEXT,
  DECIMAL,
  EXTENSION_NAME,
  HEX_DIGEST,
  ID,
  isRecordedAt,
  isStreamName,
  isTime,
  ORIGIN,
  SUBMITTER,
  TYPE,
  URI_REFERENCE,
} from './grammar.js'
import { MAX_RECORD_BYTES } from './prepared-events.js'

/**
 * A record read back from a log: at most 65,535 bytes, admitted (canonical JSON, no floats, no duplicates), with every
 * attribute of the envelope in its grammar. The data of the record is not held against its type's schema: it was when
 * it was appended, and a log may hold types that this release does not know.
 *
 * Throws EVENT_TOO_LARGE, the JSON_... codes of `admit`, and EVENT_INVALID (details: field).
 */
export function parseRecord(bytes: Uint8Array): StoredEvent {
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new ClyraError(
      'EVENT_TOO_LARGE',
      `a record of ${bytes.length} bytes exceeds the limit of ${MAX_RECORD_BYTES}`,
      {
        details: { size: bytes.length, limit: MAX_RECORD_BYTES },
      },
    )
  }
  const value = admit(bytes)
  if (!isObject(value)) throw invalid('the record', 'is not a JSON object')
  for (const name of REQUIRED) if (value[name] === undefined) throw invalid(name, 'is missing')
  for (const name of Object.keys(value)) checkMember(name, value[name]!)
  // Every member of StoredEvent was just checked by name: the required ones are there, each in its grammar.
  return value as unknown as StoredEvent
}

type Check = (text: string) => boolean

const TEXT_CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['specversion', (text) => text === '1.0'],
  ['id', (text) => ID.test(text)],
  ['source', (text) => URI_REFERENCE.test(text)],
  ['type', (text) => TYPE.test(text)],
  ['time', isTime],
  ['ledger', (text) => ORIGIN.test(text)],
  ['stream', isStreamName],
  ['revision', (text) => DECIMAL.test(text) && Number.isSafeInteger(Number(text))],
  ['prev', (text) => HEX_DIGEST.test(text)],
  ['submitter', (text) => SUBMITTER.test(text)],
  ['recordedat', isRecordedAt],
  ...Object.entries(OPTIONAL_ATTRIBUTES).map(([name, [grammar]]): [string, Check] => [name, (t) => grammar.test(t)]),
])

const REQUIRED = [
  'data',
  'id',
  'ledger',
  'prev',
  'recordedat',
  'revision',
  'source',
  'specversion',
  'stream',
  'submitter',
  'time',
  'type',
] as const

function checkMember(name: string, value: JsonValue): void {
  if (name === 'data') {
    if (!isObject(value)) throw invalid('data', 'is not a JSON object')
    return
  }
  const check = TEXT_CHECKS.get(name)
  if (check === undefined && !EXTENSION_NAME.test(name))
    throw invalid(name, 'is not an attribute name of [a-z0-9]{1,20}')
  if (typeof value !== 'string') throw invalid(name, 'is not a string')
  if (!(check === undefined ? ATTRIBUTE_TEXT.test(value) : check(value)))
    throw invalid(name, 'does not meet its grammar')
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(field: string, problem: string): ClyraError {
  return new ClyraError('EVENT_INVALID', `the record's ${field} ${problem}`, { details: { field } })
}
