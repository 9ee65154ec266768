import { canonicalString } from '../canonical/index.js'
import { eventInvalid, OPTIONAL_NAMES } from './check-attributes.js'
import type { EventInput } from './envelope.js'
import type { IdMember } from './id-member.js'
import { MAX_RECORD_BYTES, SEGMENTS, tooLarge } from './prepared-events.js'
import type { EventType } from './registry.js'
import {
  ANY_TEXT,
  type FixedText,
  fixedText,
  type Target,
  targetOf,
  UNDECIDED,
  writeByte,
  writeFixed,
  writeJsonText,
  writeText,
} from './write-text.js'

const COMMA = 0x2c
const BRACE = 0x7b
const BRACE_END = 0x7d

const LEADS = {
  actor: fixedText('"actor":'),
  causationid: fixedText('"causationid":'),
  correlationid: fixedText('"correlationid":'),
  data: fixedText('"data":'),
  datacontenttype: fixedText('"datacontenttype":'),
  dataschema: fixedText('"dataschema":'),
  id: fixedText('"id":'),
  runid: fixedText('"runid":'),
  source: fixedText('"source":'),
  specversion: fixedText('"specversion":"1.0",'),
  subject: fixedText('"subject":'),
  time: fixedText('"time":'),
  traceparent: fixedText('"traceparent":'),
  type: fixedText('"type":'),
} as const

/** An attribute of the event before, and the whole member once it was seen a second time. */
interface Repeated {
  readonly name: 'source' | 'type'
  text: string | undefined
  member: FixedText | undefined
}

/** Bytes to begin with; more are taken by what the events written so far have taken. */
const FIRST_BYTES = 2048

/**
 * Writes the segments of events one after the other, canonical, straight into one buffer that grows as needed. The
 * attributes must have met their grammars.
 */
export class SegmentWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #target: Target
  #end = 0
  readonly #offsets: Uint32Array<ArrayBuffer>
  #next = 0
  readonly #source: Repeated = { name: 'source', text: undefined, member: undefined }
  readonly #type: Repeated = { name: 'type', text: undefined, member: undefined }

  /** `buffer`: memory to begin with, for so many events. */
  constructor(count: number, buffer: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES)) {
    this.#bytes = buffer
    this.#target = targetOf(this.#bytes)
    this.#offsets = new Uint32Array(count * SEGMENTS + 1)
  }

  /** Throws EVENT_INVALID where the data does not meet its schema, and the `JSON_...` codes of `canonicalString`. */
  write(event: EventInput, id: IdMember, time: string, entry: EventType | undefined, index: number): void {
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

  /** A larger buffer: for `needed` bytes, and for the events that follow if they are like this one and those before. */
  #grow(needed: number): void {
    const written = this.#next / SEGMENTS + 1
    const all = (this.#offsets.length - 1) / SEGMENTS
    const larger = new Uint8Array(Math.max(needed + FIRST_BYTES, Math.ceil((needed / written) * all * 1.1)))
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
    this.#target = targetOf(larger)
  }

  #segment(at: number): void {
    this.#offsets[this.#next++] = at
  }

  #text(text: string, at: number): number {
    return writeText(text, this.#target, at)
  }

  #byte(byte: number, at: number): number {
    return writeByte(byte, this.#target, at)
  }

  /** `<lead>"<text>",`: an attribute with its name and colon in `lead`. */
  #member(lead: FixedText, text: string | undefined, at: number): number {
    if (text === undefined) return at
    const end = writeJsonText(text, ANY_TEXT, this.#target, writeFixed(lead, this.#target, at))
    // Only a lone surrogate cannot be written, and `canonicalString` says so.
    return end === UNDECIDED ? this.#text(canonicalString(text), at) : this.#byte(COMMA, end)
  }

  /** `#member` for what is often the same as in the event before. */
  #repeated(before: Repeated, text: string, at: number): number {
    if (text !== before.text) {
      before.text = text
      before.member = undefined
      return this.#member(LEADS[before.name], text, at)
    }
    before.member ??= fixedText(`"${before.name}":${canonicalString(text)},`)
    return writeFixed(before.member, this.#target, at)
  }

  /** The order of a record without extensions is known. */
  #writeFixed(e: EventInput, id: IdMember, time: string, entry: EventType | undefined, index: number): number {
    this.#segment(this.#end)
    let at = this.#byte(BRACE, this.#end)
    at = this.#member(LEADS.actor, e.actor, at)
    at = this.#member(LEADS.causationid, e.causationid, at)
    at = this.#member(LEADS.correlationid, e.correlationid, at)
    at = this.#byte(COMMA, this.#data(e, entry, index, at))
    at = this.#member(LEADS.datacontenttype, e.datacontenttype, at)
    at = this.#member(LEADS.dataschema, e.dataschema, at)
    at = id.member === undefined ? this.#member(LEADS.id, id.text, at) : writeFixed(id.member, this.#target, at)
    this.#segment(at)
    this.#segment(at)
    this.#segment(at)
    this.#segment(at)
    at = this.#member(LEADS.runid, e.runid, at)
    at = this.#repeated(this.#source, e.source, at)
    at = writeFixed(LEADS.specversion, this.#target, at)
    this.#segment(at)
    at = this.#member(LEADS.subject, e.subject, at)
    this.#segment(at)
    at = this.#member(LEADS.time, time, at)
    at = this.#member(LEADS.traceparent, e.traceparent, at)
    at = this.#repeated(this.#type, e.type, at)
    // In the place of the last comma.
    return this.#byte(BRACE_END, at - 1)
  }

  #writeSorted(e: EventInput, id: IdMember, time: string, entry: EventType | undefined, index: number): number {
    const texts = new Map<string, string | undefined>([
      ['data', undefined],
      ['id', id.text],
      ['source', e.source],
      ['specversion', '1.0'],
      ['time', time],
      ['type', e.type],
      ...Object.entries(e.extensions ?? {}),
    ])
    for (const name of OPTIONAL_NAMES) if (e[name] !== undefined) texts.set(name, e[name])
    this.#segment(this.#end)
    let segment = 0
    let at = this.#byte(BRACE, this.#end)
    for (const name of [...texts.keys()].sort()) {
      for (; segment < segmentOf(name); segment++) this.#segment(at)
      if (name === 'data') at = this.#byte(COMMA, this.#data(e, entry, index, at))
      else at = this.#member(fixedText(`"${name}":`), texts.get(name), at)
    }
    // `time` and `type` always stand in the last segment, after `submitter`; in the place of the last comma.
    return this.#byte(BRACE_END, at - 1)
  }

  /** `"data":` and the canonical data: as its schema gives it back, or as it came for opaque types. */
  #data({ type, data }: EventInput, entry: EventType | undefined, index: number, at: number): number {
    const end = entry?.write?.(data, this.#target, writeFixed(LEADS.data, this.#target, at)) ?? UNDECIDED
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
