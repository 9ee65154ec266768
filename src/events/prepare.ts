import { v7 } from 'uuid'
import { canonicalString } from '../canonical/index.js'
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
import { MAX_RECORD_BYTES, type PreparedEvents, SEGMENTS, tooLarge } from './prepared-events.js'
import { CLYRA_REGISTRY, type EventRegistry } from './registry.js'
import { CLYRA_TYPE_PREFIX, isReservedType } from './reserved.js'

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
export function prepare(events: readonly AppendableEvent[], options: PrepareOptions = {}): PreparedEvents {
  const registry = options.registry ?? CLYRA_REGISTRY
  const ids: string[] = new Array(events.length)
  const types: string[] = new Array(events.length)
  const writer = new SegmentWriter(events.length)
  const attributes = new AttributeChecker(options)
  for (let i = 0; i < events.length; i++) {
    // AppendableEvent is a union of generic inputs; from here on each is looked at through its widest form.
    const event = events[i] as EventInput
    attributes.check(event, i)
    const id = event.id ?? attributes.mintId()
    const data = writeData(event, i, registry, options.allowReserved === true)
    ids[i] = id
    types[i] = event.type
    writer.write(event, id, event.time ?? attributes.mintTime(), data)
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

// Object.keys gives string[]; the object is a constant of this module with exactly these keys.
const OPTIONAL_NAMES = Object.keys(PRODUCER_GRAMMARS) as readonly (keyof typeof PRODUCER_GRAMMARS)[]

/** `"data":` and the canonical data: as its schema gives it back, or as it came for opaque types. */
function writeData(event: EventInput, index: number, registry: EventRegistry, allowReserved: boolean): string {
  const { type } = event
  if (type.startsWith(CLYRA_TYPE_PREFIX) && isReservedType(type) && !allowReserved) {
    throw new ClyraError('RESERVED_STREAM', `event ${index}: ${type} is written by the ledger alone`, {
      details: { index, type },
    })
  }
  const entry = registry.get(type)
  if (entry !== undefined) {
    const written = entry.write?.(event.data)
    if (written !== undefined) return `"data":${written}`
    const result = entry.schema.safeParse(event.data)
    if (result.success) return dataMember(result.data)
    const issue = result.error.issues[0]
    const field = `/data${(issue?.path ?? []).map((part) => `/${String(part)}`).join('')}`
    throw eventInvalid(index, field, `does not meet ${type}: ${issue?.message ?? 'invalid'}`)
  }
  if (type.startsWith(CLYRA_TYPE_PREFIX)) {
    throw new ClyraError('UNKNOWN_TYPE', `event ${index}: ${type} is not a registered type of Clyra`, {
      details: { index, type },
    })
  }
  const data: unknown = event.data
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw eventInvalid(index, '/data', 'is not a JSON object')
  }
  return dataMember(data)
}

/** Collects the text of each event, with where its segments begin, and encodes them all into one buffer. */
class SegmentWriter {
  readonly #texts: string[] = []
  #text = ''
  /** Starts of the segments in the text of their event, then, made by finish(), in the bytes. */
  readonly #offsets: Uint32Array<ArrayBuffer>
  #next = 0

  constructor(count: number) {
    this.#offsets = new Uint32Array(count * SEGMENTS + 1)
  }

  write(event: EventInput, id: string, time: string, data: string): void {
    this.#text = ''
    if (event.extensions === undefined) this.#writeFixed(event, id, time, data)
    else this.#writeSorted(event, id, time, data)
    this.#texts.push(this.#text)
  }

  /** The order of a record without extensions is known. */
  #writeFixed(e: EventInput, id: string, time: string, data: string): void {
    let head = '{'
    if (e.actor !== undefined) head += `"actor":${quoted(e.actor)},`
    if (e.causationid !== undefined) head += `"causationid":${quoted(e.causationid)},`
    if (e.correlationid !== undefined) head += `"correlationid":${quoted(e.correlationid)},`
    head += `${data},`
    if (e.datacontenttype !== undefined) head += `"datacontenttype":${quoted(e.datacontenttype)},`
    if (e.dataschema !== undefined) head += `"dataschema":"${e.dataschema}",`
    this.#segment(`${head}"id":"${id}",`)
    this.#segment('')
    this.#segment('')
    this.#segment('')
    const runid = e.runid === undefined ? '' : `"runid":${quoted(e.runid)},`
    this.#segment(`${runid}"source":"${e.source}","specversion":"1.0",`)
    this.#segment(e.subject === undefined ? '' : `"subject":${quoted(e.subject)},`)
    const trace = e.traceparent === undefined ? '' : `"traceparent":"${e.traceparent}",`
    this.#segment(`"time":"${time}",${trace}"type":"${e.type}"}`)
  }

  #writeSorted(e: EventInput, id: string, time: string, data: string): void {
    const members: [string, string][] = [['data', data]]
    const add = (name: string, value: string | undefined) => {
      if (value !== undefined) members.push([name, `"${name}":${quoted(value)}`])
    }
    for (const name of OPTIONAL_NAMES) add(name, e[name])
    for (const [name, value] of Object.entries(e.extensions ?? {})) add(name, value)
    add('id', id)
    add('source', e.source)
    add('specversion', '1.0')
    add('time', time)
    add('type', e.type)
    members.sort(([a], [b]) => (a < b ? -1 : 1))
    const segments = ['{', '', '', '', '', '', '']
    // Every member ends in a comma but the very last: `submitter` always precedes `time` and `type`.
    for (const [name, text] of members) segments[segmentOf(name)] += `${text},`
    segments[6] = `${segments[6]!.slice(0, -1)}}`
    for (const segment of segments) this.#segment(segment)
  }

  #segment(text: string): void {
    this.#offsets[this.#next++] = this.#text.length
    this.#text += text
  }

  /** Text by text: a small one is flattened and encoded in half the time of its part in a large one. */
  finish(): { bytes: Uint8Array<ArrayBuffer>; offsets: Uint32Array<ArrayBuffer> } {
    const texts = this.#texts
    const offsets = this.#offsets
    const sizes = texts.map((text) => Buffer.byteLength(text, 'utf8'))
    const size = sizes.reduce((sum, one) => sum + one, 0)
    // Its own ArrayBuffer, not a slice of a pool: the bytes can be transferred.
    const buffer = Buffer.from(new ArrayBuffer(size))
    let at = 0
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!
      const first = i * SEGMENTS
      if (sizes[i] === text.length) buffer.write(text, at, text.length, 'latin1')
      else {
        buffer.write(text, at, 'utf8')
        toByteOffsets(text, offsets, first)
      }
      for (let k = first; k < first + SEGMENTS; k++) offsets[k]! += at
      at += sizes[i]!
    }
    offsets[this.#next] = at
    refuseTooLarge(offsets)
    return { bytes: new Uint8Array(buffer.buffer, 0, size), offsets }
  }
}

/** `"data":<canonical>`, at its real depth. The braces of the wrapper are cut off. */
function dataMember(data: unknown): string {
  return canonicalString({ data }).slice(1, -1)
}

/** A text that met its attribute's grammar (no control characters) as a JSON string. */
function quoted(text: string): string {
  if (!/["\\\ud800-\udfff]/.test(text)) return `"${text}"`
  return canonicalString(text)
}

function segmentOf(name: string): number {
  if (name < 'prev') return name < 'ledger' ? 0 : 1
  if (name < 'revision') return name < 'recordedat' ? 2 : 3
  if (name < 'submitter') return name < 'stream' ? 4 : 5
  return 6
}

/** Turns the starts of an event's segments in its text, from `first` on, into starts in its UTF-8. */
function toByteOffsets(text: string, offsets: Uint32Array, first: number): void {
  let chars = 0
  let bytes = 0
  for (let k = first; k < first + SEGMENTS; k++) {
    const start = offsets[k]!
    bytes += Buffer.byteLength(text.slice(chars, start), 'utf8')
    chars = start
    offsets[k] = bytes
  }
}

/** Even without its six ledger attributes a record must fit; the exact size is known when it is finished. */
function refuseTooLarge(offsets: Uint32Array): void {
  for (let i = 0; i + SEGMENTS < offsets.length; i += SEGMENTS) {
    const size = offsets[i + SEGMENTS]! - offsets[i]!
    if (size > MAX_RECORD_BYTES) throw tooLarge(i / SEGMENTS, size)
  }
}
