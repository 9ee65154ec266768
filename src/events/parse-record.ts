import {
  admit,
  canonicalValue,
  decodeUtf8,
  endOfCanonical,
  type JsonObject,
  type JsonValue,
  utf8,
} from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { StoredEvent } from './envelope.js'
import {
  ATTRIBUTE_TEXT,
  EXTENSION_NAME,
  ID,
  isDecimal,
  isHexDigest,
  isRecordedAt,
  isStreamName,
  isTime,
  isTypeName,
  ORIGIN,
  SUBMITTER,
} from './grammar/index.js'
import { MAX_RECORD_BYTES } from './prepared-events.js'

/**
 * A record read back from a log: at most 65,535 bytes, admitted (canonical JSON, no floats, no duplicates), with every
 * attribute in the grammar that `spec/log/SPEC.md`, section 2, asks of a reader: wider than what this program appends, since
 * others write logs too. Data may be any JSON value, and are not held against the type's schema.
 *
 * Throws EVENT_TOO_LARGE, the JSON_... codes of `admit`, and EVENT_INVALID (details: field).
 */
export function parseRecord(bytes: Uint8Array): StoredEvent {
  return new RecordReader().read(bytes)
}

/** What `parseRecord` gives for bytes that it took before; they are not checked again. */
export function parseAdmitted(bytes: Uint8Array): StoredEvent {
  // Holds: the bytes are a record.
  return JSON.parse(decodeUtf8(bytes)) as StoredEvent
}

/**
 * Reads many records of one log as `parseRecord` reads each. The texts that neighbours share (ledger, stream, type,
 * source, submitter, recordedat) are held against their grammars once, not again while they stay the same.
 */
export class RecordReader {
  /** Each met its grammar. */
  #ledger: string | undefined
  #stream: string | undefined
  #type: string | undefined
  #source: string | undefined
  #submitter: string | undefined
  #recordedat: string | undefined

  /** Throws what `parseRecord` throws. */
  read(bytes: Uint8Array): StoredEvent {
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
    if (!this.#isEnvelope(value)) checkEnvelope(value)
    // Every member of StoredEvent was just checked by name: the required ones are there, each in its grammar.
    return value as unknown as StoredEvent
  }

  /** Throws for the same bytes as `read`, and makes nothing of the data where it can: it is then quicker. */
  check(bytes: Uint8Array): void {
    if (!this.#isRecord(bytes)) this.read(bytes)
  }

  /**
   * True only for what `read` takes: a record is canonical where its data is (`endOfCanonical`), and where it is with
   * other canonical data in that place.
   */
  #isRecord(bytes: Uint8Array): boolean {
    if (bytes.length > MAX_RECORD_BYTES) return false
    for (let i = 0; i < DATA.length; i++) if (bytes[i] !== DATA[i]) return false
    const end = endOfCanonical(bytes, DATA.length - 1, DATA_DEPTH)
    if (end < 0) return false
    const value = canonicalValue(NO_DATA + decodeUtf8(bytes.subarray(end)))
    return value !== undefined && isObject(value) && this.#isEnvelope(value)
  }

  /** False for what `checkEnvelope` refuses, and names. */
  #isEnvelope(event: JsonObject): boolean {
    let required = 0
    // What `admit` gives has own members alone.
    for (const name in event) {
      const value = event[name]!
      if (typeof value !== 'string') {
        if (name !== 'data') return false
        required++
        continue
      }
      // The most frequent names, and among them those whose text is rarely new; a switch on texts is a few comparisons.
      switch (name) {
        case 'id':
          if (!ID.test(value)) return false
          break
        case 'ledger':
          if (value !== this.#ledger) {
            if (!ORIGIN.test(value)) return false
            this.#ledger = value
          }
          break
        case 'prev':
          if (!isHexDigest(value)) return false
          break
        case 'recordedat':
          if (value !== this.#recordedat) {
            if (!isRecordedAt(value)) return false
            this.#recordedat = value
          }
          break
        case 'revision':
          if (!isDecimal(value)) return false
          break
        case 'source':
          if (value !== this.#source) {
            if (!ATTRIBUTE_TEXT.test(value)) return false
            this.#source = value
          }
          break
        case 'specversion':
          if (value !== '1.0') return false
          break
        case 'stream':
          if (value !== this.#stream) {
            if (!isStreamName(value)) return false
            this.#stream = value
          }
          break
        case 'submitter':
          if (value !== this.#submitter) {
            if (!SUBMITTER.test(value)) return false
            this.#submitter = value
          }
          break
        case 'time':
          if (!isTime(value)) return false
          break
        case 'type':
          if (value !== this.#type) {
            if (!isTypeName(value)) return false
            this.#type = value
          }
          break
        case 'data':
          break
        default:
          if (!EXTENSION_NAME.test(name) || !ATTRIBUTE_TEXT.test(value)) return false
          required--
      }
      required++
    }
    return required === REQUIRED.length
  }
}

/** How most records begin: no required member sorts before `data`. */
const DATA = utf8('{"data":{')
const NO_DATA = '{"data":{}'
const DATA_DEPTH = 2

/** Throws EVENT_INVALID (details: field) for the first member that is missing or not what it must be. */
function checkEnvelope(event: JsonObject): void {
  for (const name of REQUIRED) if (event[name] === undefined) throw invalid(name, 'is missing')
  for (const name of Object.keys(event)) checkMember(name, event[name]!)
}

type Check = (text: string) => boolean

const TEXT_CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['specversion', (text) => text === '1.0'],
  ['id', (text) => ID.test(text)],
  ['source', (text) => ATTRIBUTE_TEXT.test(text)],
  ['type', isTypeName],
  ['time', isTime],
  ['ledger', (text) => ORIGIN.test(text)],
  ['stream', isStreamName],
  ['revision', isDecimal],
  ['prev', isHexDigest],
  ['submitter', (text) => SUBMITTER.test(text)],
  ['recordedat', isRecordedAt],
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
  if (name === 'data') return
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
