import { fromDecimal, isHex } from './bytes.js'
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
import { admit, type JsonObject, type JsonValue } from './json.js'
import { leafHash } from './merkle.js'
import { readData } from './record-data.js'
import { Refusal, type Where } from './refusal.js'
import { countSealed } from './sealed-values.js'
import { SPEC } from './spec.generated.js'

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
  if (!isHex(attribute('prev'), 32)) throw bad('prev is not a hash')
  if (revision === undefined) throw bad('revision is not a decimal string')
  // Later stages read these data without asking again.
  readData(attribute('type'), event['data']!, where)
  return new LogRecord(bytes, event, revision)
}

/** Types that most records of a large run are of, and whose data no later stage asks for. */
const MANY = 'dev.clyra.dbt.statement.'

/**
 * A record of the log, admitted: one structured-mode CloudEvent with the attributes that the ledger set. Keeps little beside
 * its bytes: data that are not kept are read from them again by whoever asks.
 */
export class LogRecord {
  /** As it lies in the evidence. */
  readonly bytes: Uint8Array
  /** RFC 6962 leaf hash of the bytes: the one hash of a record. */
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
  /** How many sealed values the data hold. */
  readonly sealed: number
  readonly #data: JsonValue | undefined

  /** `event` is what `bytes` say: its attributes were looked at, and are texts. */
  constructor(bytes: Uint8Array, event: JsonObject, revision: number) {
    const attribute = (name: (typeof REQUIRED)[number]) => event[name] as string
    const data = event['data']!
    this.bytes = bytes
    this.leaf = leafHash(bytes)
    this.id = attribute('id')
    this.type = attribute('type')
    this.ledger = attribute('ledger')
    this.stream = attribute('stream')
    this.revision = revision
    this.prev = attribute('prev')
    this.recordedat = attribute('recordedat')
    this.sealed = countSealed(data)
    this.#data = this.type.startsWith(MANY) ? undefined : data
  }

  get data(): JsonValue {
    // Admitted before, as an object with data.
    return this.#data ?? (admit(this.bytes) as JsonObject)['data']!
  }
}
