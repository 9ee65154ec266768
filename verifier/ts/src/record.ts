import { fromDecimal } from './bytes.js'
import {
  ATTRIBUTE,
  EVENT_ID,
  EVENT_TYPE,
  EXTENSION,
  isInstant,
  isRecordedAt,
  ORIGIN,
  STREAM,
  SUBMITTER,
} from './grammar.js'
import { admit, type JsonValue } from './json.js'
import { leafHash } from './merkle.js'
import { readData } from './record-data.js'
import { Refusal, type Where } from './refusal.js'
import { SPEC } from './spec.generated.js'

/** A record of the log, admitted: one structured-mode CloudEvent with the attributes that the ledger set. */
export interface LogRecord {
  /** RFC 6962 leaf hash of the record's bytes: the one hash of a record. */
  readonly leaf: Uint8Array
  readonly id: string
  readonly type: string
  /** The origin that the record names. */
  readonly ledger: string
  readonly stream: string
  readonly revision: number
  /** Hex leaf hash of the record before it in its stream. */
  readonly prev: string
  readonly recordedat: string
  /** As it lies in the evidence. Of its members only `data` are kept beside it: a log may hold many records. */
  readonly bytes: Uint8Array
  readonly data: JsonValue
}

const REQUIRED = [
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

/** Attributes with a grammar of their own below that is narrower than that of attributes, in length too. */
const NARROW: ReadonlySet<string> = new Set(REQUIRED.filter((name) => name !== 'source' && name !== 'type'))

/** Admits one record: bytes, envelope, and the data of the types that a verifier reads. Throws a Refusal. */
export function readRecord(bytes: Uint8Array, where: Where): LogRecord {
  if (bytes.length > SPEC.limits.recordBytes) throw new Refusal('RECORD_TOO_LARGE', `${bytes.length} bytes`, where)
  const event = admit(bytes, where)
  const bad = (detail: string) => new Refusal('RECORD_ENVELOPE_INVALID', detail, where)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw bad('a record is not an object')
  if (!Object.hasOwn(event, 'data')) throw bad('data is missing')
  for (const name of Object.keys(event)) {
    if (name === 'data') continue
    const narrow = NARROW.has(name)
    if (!narrow && !EXTENSION.test(name)) throw bad(`attribute ${name}`)
    const value = event[name]
    if (typeof value !== 'string' || (!narrow && !ATTRIBUTE.test(value)))
      throw bad(`attribute ${name} is not a text of its grammar`)
  }
  for (const name of REQUIRED) if (!Object.hasOwn(event, name)) throw bad(`${name} is missing`)
  // Present and strings, by the two loops above.
  const attribute = (name: (typeof REQUIRED)[number]) => event[name] as string
  const revision = fromDecimal(attribute('revision'))
  if (attribute('specversion') !== '1.0') throw bad('specversion is not 1.0')
  if (!EVENT_ID.test(attribute('id'))) throw bad('id is not a lower-case UUIDv7 or UUIDv8')
  if (!EVENT_TYPE.test(attribute('type'))) throw bad('type is not a reverse-DNS name with a version')
  if (!STREAM.test(attribute('stream'))) throw bad('stream is not a stream name')
  if (!SUBMITTER.test(attribute('submitter'))) throw bad('submitter is not a pseudonymous id')
  if (!ORIGIN.test(attribute('ledger'))) throw bad('ledger is not an origin')
  if (!isInstant(attribute('time'))) throw bad('time is not an instant')
  if (!isRecordedAt(attribute('recordedat'))) throw bad('recordedat is not an instant in milliseconds')
  if (!/^[0-9a-f]{64}$/.test(attribute('prev'))) throw bad('prev is not a hash')
  if (revision === undefined) throw bad('revision is not a decimal string')
  const record: LogRecord = {
    leaf: leafHash(bytes),
    id: attribute('id'),
    type: attribute('type'),
    ledger: attribute('ledger'),
    stream: attribute('stream'),
    revision,
    prev: attribute('prev'),
    recordedat: attribute('recordedat'),
    bytes,
    data: event['data']!,
  }
  // Later stages read these data without asking again.
  readData(record.type, record.data, where)
  return record
}
