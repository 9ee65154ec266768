import { concatBytes, fromHex, utf8 } from '../canonical/index.js'
import { MAX_RECORD_BYTES, type PreparedEvents, producerLength, SEGMENTS, tooLarge } from './prepared-events.js'

/** The six attributes that the ledger sets; the ledger sees to their grammars (`spec/log/SPEC.md`, section 2). */
export interface LedgerAttributes extends RecordFrameAttributes {
  readonly revision: number
  /** 32 bytes, or their lower-case hex. */
  readonly prev: Uint8Array | string
}

/** Those of them that do not change within one append to one stream. */
export interface RecordFrameAttributes {
  readonly ledger: string
  readonly stream: string
  readonly submitter: string
  readonly recordedat: string
}

/**
 * The whole canonical record of prepared event `i`: byte-equal to `canonicalBytes` of the complete object.
 * Throws EVENT_TOO_LARGE above 65,535 bytes.
 */
export function finishRecord(prepared: PreparedEvents, i: number, attributes: LedgerAttributes): Uint8Array {
  const frame = new RecordFrame(attributes)
  const record = new Uint8Array(frame.sizeOf(prepared, i, attributes.revision))
  const prev = typeof attributes.prev === 'string' ? fromHex(attributes.prev) : attributes.prev
  frame.write(prepared, i, attributes.revision, prev, record, 0)
  return record
}

/**
 * Finishes many records of one append to one stream: what is the same in all of them is encoded once, and each record
 * is copied straight to where it shall lie.
 */
export class RecordFrame {
  readonly #ledger: Uint8Array
  readonly #recordedat: Uint8Array
  readonly #stream: Uint8Array
  readonly #submitter: Uint8Array
  /** `ledger`, `prev` and `recordedat` one after the other, and `revision` as far as its digits: nearly always together. */
  readonly #middle: Uint8Array
  /** `stream` and `submitter` one after the other. */
  readonly #tail: Uint8Array
  /** Bytes that the six attributes take, without the digits of the revision. */
  readonly #fixed: number

  /** Values are written as they are: none of their grammars has a character that JSON escapes. */
  constructor({ ledger, stream, submitter, recordedat }: RecordFrameAttributes) {
    this.#ledger = utf8(`"ledger":"${ledger}",`)
    this.#recordedat = utf8(`"recordedat":"${recordedat}",`)
    this.#stream = utf8(`"stream":"${stream}",`)
    this.#submitter = utf8(`"submitter":"${submitter}",`)
    this.#middle = concatBytes(this.#ledger, PREV, this.#recordedat, REVISION_NAME)
    this.#tail = concatBytes(this.#stream, this.#submitter)
    this.#fixed = this.#middle.length + REVISION_END.length + this.#tail.length
  }

  /** The size of the finished record. Throws EVENT_TOO_LARGE above 65,535 bytes. */
  sizeOf(prepared: PreparedEvents, i: number, revision: number): number {
    const size = this.#fixed + producerLength(prepared, i) + digitsOf(revision)
    if (size > MAX_RECORD_BYTES) throw tooLarge(i, size)
    return size
  }

  /** Writes the record at `at` and returns where it ends. `prev`: 32 bytes. */
  write(
    prepared: PreparedEvents,
    i: number,
    revision: number,
    prev: Uint8Array,
    target: Uint8Array,
    at: number,
  ): number {
    const { bytes, offsets } = prepared
    const first = i * SEGMENTS
    let end = copy(bytes, offsets[first]!, offsets[first + 1]!, target, at)
    if (offsets[first + 1] === offsets[first + 4]) {
      target.set(this.#middle, end)
      writeHex(prev, target, end + this.#ledger.length + PREV_NAME.length)
      end += this.#middle.length
    } else {
      end = copy(this.#ledger, 0, this.#ledger.length, target, end)
      end = copy(bytes, offsets[first + 1]!, offsets[first + 2]!, target, end)
      writeHex(prev, target, copy(PREV, 0, PREV.length, target, end) - PREV.length + PREV_NAME.length)
      end = copy(bytes, offsets[first + 2]!, offsets[first + 3]!, target, end + PREV.length)
      end = copy(this.#recordedat, 0, this.#recordedat.length, target, end)
      end = copy(bytes, offsets[first + 3]!, offsets[first + 4]!, target, end)
      end = copy(REVISION_NAME, 0, REVISION_NAME.length, target, end)
    }
    end = writeDecimal(revision, target, end)
    end = copy(REVISION_END, 0, REVISION_END.length, target, end)
    end = copy(bytes, offsets[first + 4]!, offsets[first + 5]!, target, end)
    if (offsets[first + 5] === offsets[first + 6]) {
      target.set(this.#tail, end)
      end += this.#tail.length
    } else {
      end = copy(this.#stream, 0, this.#stream.length, target, end)
      end = copy(bytes, offsets[first + 5]!, offsets[first + 6]!, target, end)
      end = copy(this.#submitter, 0, this.#submitter.length, target, end)
    }
    return copy(bytes, offsets[first + 6]!, offsets[first + 7]!, target, end)
  }
}

const PREV_NAME = utf8('"prev":"')
/** With room for 64 digits. */
const PREV = utf8(`"prev":"${'0'.repeat(64)}",`)
const REVISION_NAME = utf8('"revision":"')
const REVISION_END = utf8('",')

/** Up to this many bytes a loop is quicker than making a view for `set`. */
const SHORT = 48

function copy(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  if (to - from > SHORT) {
    target.set(source.subarray(from, to), at)
    return at + to - from
  }
  let end = at
  for (let k = from; k < to; k++) target[end++] = source[k]!
  return end
}

function writeHex(bytes: Uint8Array, target: Uint8Array, at: number): void {
  let end = at
  for (let k = 0; k < bytes.length; k++) {
    const byte = bytes[k]!
    target[end++] = HEX[byte >> 4]!
    target[end++] = HEX[byte & 15]!
  }
}

const HEX = utf8('0123456789abcdef')

/** How many digits a safe integer of 0 or more has. */
function digitsOf(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  return digits
}

function writeDecimal(value: number, target: Uint8Array, at: number): number {
  const end = at + digitsOf(value)
  let rest = value
  for (let k = end - 1; k >= at; k--) {
    const shorter = Math.floor(rest / 10)
    target[k] = 48 + rest - 10 * shorter
    rest = shorter
  }
  return end
}
