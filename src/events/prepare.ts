import { v7 } from 'uuid'
import { ClyraError } from '../errors/index.js'
import type { AppendableEvent } from './appendable-event.js'
import {
  checkExtension,
  checkId,
  checkMembers,
  checkOptional,
  checkSource,
  checkTime,
  checkType,
  eventInvalid,
  hasOptional,
} from './check-attributes.js'
import type { EventInput } from './envelope.js'
import { IdMember } from './id-member.js'
import { instantOf, readClock } from './instant.js'
import type { PreparedEvents } from './prepared-events.js'
import { CLYRA_REGISTRY, type EventRegistry, type EventType } from './registry.js'
import { CLYRA_TYPE_PREFIX, isReservedType } from './reserved.js'
import { SegmentWriter } from './segment-writer.js'

export interface PrepareOptions {
  /** The known types; default: Clyra's own. */
  readonly registry?: EventRegistry
  /** Milliseconds since 1970, for events without a `time`. */
  readonly now?: () => number
  /** A lower-case UUIDv7, for events without an `id`. */
  readonly randomId?: () => string
  /** Only for the ledger's own records: lets `dev.clyra.ledger.*` pass. */
  readonly allowReserved?: boolean
  /** Memory to write into where it is large enough: the result is good until that is used for something else. */
  readonly buffer?: Uint8Array<ArrayBuffer> | undefined
}

/**
 * Validates events and writes their canonical bytes: the schema of every known type, the grammar of every attribute,
 * RFC 8785 order. The result can be appended wherever events can, any number of times, from any thread.
 *
 * An `id` or `time` that is left out is set here. Throws `EVENT_INVALID` (schema or grammar; details: index, field),
 * `UNKNOWN_TYPE` (`dev.clyra.` but not registered), `RESERVED_STREAM` (`dev.clyra.ledger.`), `EVENT_TOO_LARGE`, and
 * the `JSON_...` codes of `canonicalString` for data that has no canonical form. Specification: `spec/events/`.
 */
export function prepare<T extends string>(
  events: readonly AppendableEvent<T>[],
  options: PrepareOptions = {},
): PreparedEvents {
  const registry = options.registry ?? CLYRA_REGISTRY
  const ids: string[] = new Array(events.length)
  const types: string[] = new Array(events.length)
  const writer = new SegmentWriter(events.length, options.buffer)
  const attributes = new AttributeChecker(options)
  let entry: EventType | undefined
  for (let i = 0; i < events.length; i++) {
    // AppendableEvent is a union of generic inputs; from here on each is looked at through its widest form.
    const event = events[i] as EventInput
    attributes.check(event, i)
    const { type } = event
    if (i === 0 || type !== types[i - 1]) entry = typeOf(event, i, registry, options.allowReserved === true)
    if (event.id === undefined) attributes.mintId()
    ids[i] = attributes.id.text
    types[i] = type
    writer.write(event, attributes.id, event.time ?? attributes.mintTime(), entry, i)
  }
  return { kind: 'clyra.prepared/1', ids, types, ...writer.finish() }
}

/** Equal to nothing that an event may have in its place. */
const NONE_YET = Symbol('none yet')

/** Attribute grammars, remembering within one call what did not change since the event before. */
class AttributeChecker {
  readonly #now: () => number
  readonly #randomId: () => string
  /** Of the event that was checked last. */
  readonly id = new IdMember()
  readonly #names: string[] = []
  #source: unknown = NONE_YET
  #type: unknown = NONE_YET
  #millis = Number.NaN
  #time = ''

  constructor(options: PrepareOptions) {
    this.#now = options.now ?? Date.now
    this.#randomId = options.randomId ?? v7
  }

  check(event: EventInput, index: number): void {
    if (typeof event !== 'object' || event === null) throw eventInvalid(index, 'the event', 'is not an object')
    checkMembers(event, this.#names, index)
    if (event.source !== this.#source) {
      checkSource(event.source, index)
      this.#source = event.source
    }
    if (event.type !== this.#type) {
      checkType(event.type, index)
      this.#type = event.type
    }
    if (event.id !== undefined) checkId(event.id, this.id, index)
    if (event.time !== undefined) checkTime(event.time, index)
    if (hasOptional(event)) checkOptional(event, index)
    if (event.extensions !== undefined) {
      for (const name of Object.keys(event.extensions)) checkExtension(name, event.extensions[name], index)
    }
  }

  mintId(): void {
    this.id.set(this.#randomId())
  }

  mintTime(): string {
    const millis = readClock(this.#now)
    if (millis !== this.#millis) {
      this.#time = instantOf(() => millis)
      this.#millis = millis
    }
    return this.#time
  }
}

/** What is known about the event's type; undefined for an opaque one. Throws RESERVED_STREAM, UNKNOWN_TYPE. */
function typeOf(
  { type }: EventInput,
  index: number,
  registry: EventRegistry,
  allowReserved: boolean,
): EventType | undefined {
  const entry = registry.get(type)
  if (!type.startsWith(CLYRA_TYPE_PREFIX)) return entry
  if (isReservedType(type) && !allowReserved) {
    throw new ClyraError('RESERVED_STREAM', `event ${index}: ${type} is written by the ledger alone`, {
      details: { index, type },
    })
  }
  if (entry !== undefined) return entry
  throw new ClyraError('UNKNOWN_TYPE', `event ${index}: ${type} is not a registered type of Clyra`, {
    details: { index, type },
  })
}
