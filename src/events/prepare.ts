import { v7 } from 'uuid'
import { ClyraError } from '../errors/index.js'
import type { AppendableEvent } from './appendable-event.js'
import {
  checkExtension,
  checkId,
  checkMembers,
  checkSource,
  checkTime,
  checkType,
  eventInvalid,
  PRODUCER_GRAMMARS,
} from './check-attributes.js'
import type { EventInput } from './envelope.js'
import type { PreparedEvents } from './prepared-events.js'
import { CLYRA_REGISTRY, type EventRegistry, type EventType } from './registry.js'
import { CLYRA_TYPE_PREFIX, isReservedType } from './reserved.js'
import { OPTIONAL_NAMES, SegmentWriter } from './segment-writer.js'

export interface PrepareOptions {
  /** The known types; default: Clyra's own. */
  readonly registry?: EventRegistry
  /** Milliseconds since 1970, for events without a `time`. */
  readonly now?: () => number
  /** A lower-case UUIDv7, for events without an `id`. */
  readonly randomId?: () => string
  /** Only for the ledger's own records: lets `dev.clyra.ledger.*` pass. */
  readonly allowReserved?: boolean
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
  const writer = new SegmentWriter(events.length)
  const attributes = new AttributeChecker(options)
  for (let i = 0; i < events.length; i++) {
    // AppendableEvent is a union of generic inputs; from here on each is looked at through its widest form.
    const event = events[i] as EventInput
    attributes.check(event, i)
    const entry = typeOf(event, i, registry, options.allowReserved === true)
    const id = event.id ?? attributes.mintId()
    ids[i] = id
    types[i] = event.type
    writer.write(event, id, event.time ?? attributes.mintTime(), entry, i)
  }
  return { kind: 'clyra.prepared/1', ids, types, ...writer.finish() }
}

/** Attribute grammars, remembering within one call what did not change since the event before. */
class AttributeChecker {
  readonly #now: () => number
  readonly #randomId: () => string
  #source: string | undefined
  #type: string | undefined
  #millis = Number.NaN
  #time = ''

  constructor(options: PrepareOptions) {
    this.#now = options.now ?? Date.now
    this.#randomId = options.randomId ?? v7
  }

  check(event: EventInput, index: number): void {
    if (typeof event !== 'object' || event === null) throw eventInvalid(index, 'the event', 'is not an object')
    checkMembers(event, index)
    if (event.source !== this.#source) {
      checkSource(event.source, index)
      this.#source = event.source
    }
    if (event.type !== this.#type) {
      checkType(event.type, index)
      this.#type = event.type
    }
    if (event.id !== undefined) checkId(event.id, index)
    if (event.time !== undefined) checkTime(event.time, index)
    for (const name of OPTIONAL_NAMES) {
      const value = event[name]
      if (value === undefined) continue
      const [grammar, problem] = PRODUCER_GRAMMARS[name]
      if (typeof value !== 'string' || !grammar.test(value)) throw eventInvalid(index, name, problem)
    }
    if (event.extensions !== undefined) {
      for (const name of Object.keys(event.extensions)) checkExtension(name, event.extensions[name], index)
    }
  }

  mintId(): string {
    return this.#randomId()
  }

  mintTime(): string {
    const millis = this.#now()
    if (millis !== this.#millis) {
      this.#millis = millis
      this.#time = new Date(millis).toISOString()
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
