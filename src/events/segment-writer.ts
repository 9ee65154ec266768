import { canonicalString, utf8 } from '../canonical/index.js'
import { eventInvalid, PRODUCER_GRAMMARS } from './check-attributes.js'
import type { EventInput } from './envelope.js'
import { MAX_RECORD_BYTES, SEGMENTS, tooLarge } from './prepared-events.js'
import type { EventType } from './registry.js'
import { UNDECIDED, writeBytes, writeJsonText, writeText } from './write-text.js'

// Object.keys gives string[]; the object is a constant with exactly these keys.
export const OPTIONAL_NAMES = Object.keys(PRODUCER_GRAMMARS) as readonly (keyof typeof PRODUCER_GRAMMARS)[]

const COMMA = 0x2c

const LEADS = {
  actor: utf8('"actor":'),
  causationid: utf8('"causationid":'),
  correlationid: utf8('"correlationid":'),
  data: utf8('"data":'),
  datacontenttype: utf8('"datacontenttype":'),
  dataschema: utf8('"dataschema":'),
  id: utf8('"id":'),
  runid: utf8('"runid":'),
  source: utf8('"source":'),
  specversion: utf8('"specversion":"1.0",'),
  subject: utf8('"subject":'),
  time: utf8('"time":'),
  traceparent: utf8('"traceparent":'),
  type: utf8('"type":'),
} as const

/** Room to begin with; more is made by what the events written so far have taken. */
const FIRST_BYTES = 2048

/**
 * Writes the segments of events one after the other, canonical, straight into one buffer that grows as needed. The
 * attributes must have met their grammars.
 */
export class SegmentWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #end = 0
  readonly #offsets: Uint32Array<ArrayBuffer>
  #next = 0

  constructor(count: number) {
    this.#bytes = new Uint8Array(FIRST_BYTES)
    this.#offsets = new Uint32Array(count * SEGMENTS + 1)
  }

  /** Throws EVENT_INVALID where the data does not meet its schema, and the `JSON_...` codes of `canonicalString`. */
  write(event: EventInput, id: string, time: string, entry: EventType | undefined, index: number): void {
    const first = this.#next
    for (;;) {
      const end =
        event.extensions === undefined
          ? this.#writeFixed(event, id, time, entry, index)
          : this.#writeSorted(event, id, time, entry, index)
      if (end <= this.#bytes.length) {
        this.#end = end
        return
      }
      this.#next = first
      this.#grow(end)
    }
  }

  /** The segments at the start of a buffer of their own, not of a pool: it can be transferred. Throws EVENT_TOO_LARGE. */
  finish(): { bytes: Uint8Array<ArrayBuffer>; offsets: Uint32Array<ArrayBuffer> } {
    this.#offsets[this.#next] = this.#end
    refuseTooLarge(this.#offsets)
    return { bytes: this.#bytes.subarray(0, this.#end), offsets: this.#offsets }
  }

  /** Room for `needed` bytes, and for the events that follow if they are like this one and those before. */
  #grow(needed: number): void {
    const written = this.#next / SEGMENTS + 1
    const all = (this.#offsets.length - 1) / SEGMENTS
    const larger = new Uint8Array(Math.max(needed + FIRST_BYTES, Math.ceil((needed / written) * all * 1.1)))
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
  }

  #segment(at: number): void {
    this.#offsets[this.#next++] = at
  }

  #text(text: string, at: number): number {
    return writeText(text, this.#bytes, at)
  }

  /** `<lead>"<text>",`: an attribute with its name and colon in `lead`. */
  #member(lead: Uint8Array, text: string | undefined, at: number): number {
    if (text === undefined) return at
    const end = writeJsonText(text, this.#bytes, writeBytes(lead, this.#bytes, at))
    // Only a lone surrogate cannot be written, and `canonicalString` says so.
    if (end === UNDECIDED) return this.#text(canonicalString(text), at)
    this.#bytes[end] = COMMA
    return end + 1
  }

  /** The order of a record without extensions is known. */
  #writeFixed(e: EventInput, id: string, time: string, entry: EventType | undefined, index: number): number {
    this.#segment(this.#end)
    let at = this.#text('{', this.#end)
    at = this.#member(LEADS.actor, e.actor, at)
    at = this.#member(LEADS.causationid, e.causationid, at)
    at = this.#member(LEADS.correlationid, e.correlationid, at)
    at = this.#text(',', this.#data(e, entry, index, at))
    at = this.#member(LEADS.datacontenttype, e.datacontenttype, at)
    at = this.#member(LEADS.dataschema, e.dataschema, at)
    at = this.#member(LEADS.id, id, at)
    this.#segment(at)
    this.#segment(at)
    this.#segment(at)
    this.#segment(at)
    at = this.#member(LEADS.runid, e.runid, at)
    at = this.#member(LEADS.source, e.source, at)
    at = writeBytes(LEADS.specversion, this.#bytes, at)
    this.#segment(at)
    at = this.#member(LEADS.subject, e.subject, at)
    this.#segment(at)
    at = this.#member(LEADS.time, time, at)
    at = this.#member(LEADS.traceparent, e.traceparent, at)
    at = this.#member(LEADS.type, e.type, at)
    // In the place of the last comma.
    return this.#text('}', at - 1)
  }

  #writeSorted(e: EventInput, id: string, time: string, entry: EventType | undefined, index: number): number {
    const texts = new Map<string, string | undefined>([
      ['data', undefined],
      ['id', id],
      ['source', e.source],
      ['specversion', '1.0'],
      ['time', time],
      ['type', e.type],
      ...Object.entries(e.extensions ?? {}),
    ])
    for (const name of OPTIONAL_NAMES) if (e[name] !== undefined) texts.set(name, e[name])
    this.#segment(this.#end)
    let segment = 0
    let at = this.#text('{', this.#end)
    for (const name of [...texts.keys()].sort()) {
      for (; segment < segmentOf(name); segment++) this.#segment(at)
      if (name === 'data') at = this.#text(',', this.#data(e, entry, index, at))
      else at = this.#member(utf8(`"${name}":`), texts.get(name), at)
    }
    // `time` and `type` always stand in the last segment, after `submitter`; in the place of the last comma.
    return this.#text('}', at - 1)
  }

  /** `"data":` and the canonical data: as its schema gives it back, or as it came for opaque types. */
  #data({ type, data }: EventInput, entry: EventType | undefined, index: number, at: number): number {
    const end = entry?.write?.(data, this.#bytes, writeBytes(LEADS.data, this.#bytes, at)) ?? UNDECIDED
    return end === UNDECIDED ? this.#text(dataMember(checkedData(type, data, entry, index)), at) : end
  }
}

function checkedData(type: string, data: unknown, entry: EventType | undefined, index: number): unknown {
  if (entry === undefined) {
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data
    throw eventInvalid(index, '/data', 'is not a JSON object')
  }
  const result = entry.schema.safeParse(data)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = `/data${(issue?.path ?? []).map((part) => `/${String(part)}`).join('')}`
  throw eventInvalid(index, field, `does not meet ${type}: ${issue?.message ?? 'invalid'}`)
}

/** `"data":<canonical>`, at its real depth. The braces of the wrapper are cut off. */
function dataMember(data: unknown): string {
  return canonicalString({ data }).slice(1, -1)
}

function segmentOf(name: string): number {
  if (name < 'prev') return name < 'ledger' ? 0 : 1
  if (name < 'revision') return name < 'recordedat' ? 2 : 3
  if (name < 'submitter') return name < 'stream' ? 4 : 5
  return 6
}

/** Even without its six ledger attributes a record must fit; the exact size is known when it is finished. */
function refuseTooLarge(offsets: Uint32Array): void {
  for (let i = 0; i + SEGMENTS < offsets.length; i += SEGMENTS) {
    const size = offsets[i + SEGMENTS]! - offsets[i]!
    if (size > MAX_RECORD_BYTES) throw tooLarge(i / SEGMENTS, size)
  }
}
