import { ClyraError } from '../errors/index.js'
import type { EventInput } from './envelope.js'
import {
  ATTRIBUTE_TEXT,
  DATASCHEMA,
  EXTENSION_NAME,
  isTime,
  isTypeName,
  JSON_MEDIA_TYPE,
  LEDGER_ATTRIBUTES,
  PRODUCER_ATTRIBUTES,
  SOURCE,
  TRACEPARENT,
  URI,
} from './grammar/index.js'
import type { IdMember } from './id-member.js'

/** Why an event was refused: the attribute or the JSON pointer into `data`, and the place in the batch. */
export function eventInvalid(index: number, field: string, problem: string): ClyraError {
  return new ClyraError('EVENT_INVALID', `event ${index}: ${field} ${problem}`, { details: { index, field } })
}

/**
 * The grammar of each optional attribute that a record may have beside `id`, `time`, `source` and `type`, in the order
 * in which they stand in it, as the record's schema says it. A reader takes any text of an attribute.
 */
export const OPTIONAL_ATTRIBUTES = {
  actor: [ATTRIBUTE_TEXT, 'is not a text of 1 to 1,024 characters without control characters'],
  causationid: [ATTRIBUTE_TEXT, 'is not a text of 1 to 1,024 characters without control characters'],
  correlationid: [ATTRIBUTE_TEXT, 'is not a text of 1 to 1,024 characters without control characters'],
  datacontenttype: [JSON_MEDIA_TYPE, 'is not a JSON media type'],
  dataschema: [URI, 'is not a URI with a scheme'],
  runid: [ATTRIBUTE_TEXT, 'is not a text of 1 to 1,024 characters without control characters'],
  subject: [ATTRIBUTE_TEXT, 'is not a text of 1 to 1,024 characters without control characters'],
  traceparent: [TRACEPARENT, 'is not a W3C traceparent'],
} as const satisfies Partial<Record<keyof EventInput, readonly [RegExp, string]>>

/** The same as producers are held to it. */
const PRODUCER_GRAMMARS = {
  ...OPTIONAL_ATTRIBUTES,
  dataschema: [DATASCHEMA, 'is not a URI with a scheme (RFC 3986)'],
} as const satisfies Partial<Record<keyof EventInput, readonly [RegExp, string]>>

// Object.keys gives string[]; the object is a constant with exactly these keys.
export const OPTIONAL_NAMES = Object.keys(PRODUCER_GRAMMARS) as readonly (keyof typeof PRODUCER_GRAMMARS)[]

const INPUT_MEMBERS: ReadonlySet<string> = new Set([
  ...PRODUCER_ATTRIBUTES.filter((name) => name !== 'specversion'),
  'extensions',
])
const NO_EXTENSION: ReadonlySet<string> = new Set([...LEDGER_ATTRIBUTES, ...PRODUCER_ATTRIBUTES])

/**
 * Refuses members that an `EventInput` does not have: a misspelt attribute must not be dropped in silence. `before`: the
 * names of the event before, in their order, and then of this one.
 */
export function checkMembers(event: object, before: string[], index: number): void {
  let place = 0
  for (const name in event) {
    if (name !== before[place]) {
      if (!INPUT_MEMBERS.has(name)) {
        throw eventInvalid(
          index,
          JSON.stringify(name.slice(0, 80)),
          'is not an attribute a producer sets; see extensions',
        )
      }
      before[place] = name
    }
    place++
  }
}

/** Takes the id into `member`. */
export function checkId(id: unknown, member: IdMember, index: number): void {
  if (typeof id !== 'string' || !member.set(id))
    throw eventInvalid(index, 'id', 'is not a lower-case UUID of version 7 or 8')
}

/** Whether there is something for `checkOptional` to look at. */
export function hasOptional(event: EventInput): boolean {
  return (
    event.actor !== undefined ||
    event.causationid !== undefined ||
    event.correlationid !== undefined ||
    event.datacontenttype !== undefined ||
    event.dataschema !== undefined ||
    event.runid !== undefined ||
    event.subject !== undefined ||
    event.traceparent !== undefined
  )
}

export function checkOptional(event: EventInput, index: number): void {
  for (const name of OPTIONAL_NAMES) {
    const value = event[name]
    if (value === undefined) continue
    const [grammar, problem] = PRODUCER_GRAMMARS[name]
    if (typeof value !== 'string' || !grammar.test(value)) throw eventInvalid(index, name, problem)
  }
}

export function checkTime(time: unknown, index: number): void {
  if (typeof time !== 'string' || !isTime(time)) {
    throw eventInvalid(index, 'time', 'is not a valid instant of the form YYYY-MM-DDTHH:mm:ss(.[0-9]{1,9})?Z')
  }
}

export function checkSource(source: unknown, index: number): void {
  if (typeof source !== 'string' || !SOURCE.test(source)) {
    throw eventInvalid(index, 'source', 'is not a URI-reference (RFC 3986) of 1 to 1,024 characters')
  }
}

export function checkType(type: unknown, index: number): void {
  if (typeof type !== 'string' || !isTypeName(type)) {
    throw eventInvalid(
      index,
      'type',
      'is not a reverse-DNS name that ends in its version, like com.example.order.placed.v1',
    )
  }
}

export function checkExtension(name: string, value: unknown, index: number): void {
  if (!EXTENSION_NAME.test(name) || NO_EXTENSION.has(name)) {
    throw eventInvalid(index, `extension ${JSON.stringify(name.slice(0, 80))}`, 'is not a free name of [a-z0-9]{1,20}')
  }
  if (typeof value !== 'string' || !ATTRIBUTE_TEXT.test(value)) {
    throw eventInvalid(index, `extension ${name}`, 'is not a text of 1 to 1,024 characters without control characters')
  }
}
