import { sha256 } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import {
  type PreparedEvents,
  parseRecord,
  RecordFrame,
  sameProducerContent,
  streamStartValue,
} from '../events/index.js'
import type { LogRecord, StreamHead } from '../ports/index.js'
import { checkRevision, type Expected } from './expected-revision.js'

/** One stream's part of an append, validated and in canonical form. */
export interface PreparedAppend {
  readonly stream: string
  readonly expected: Expected
  readonly events: PreparedEvents
}

/** What became of one stream's part. */
export interface Appended {
  readonly positions: readonly number[]
  readonly ids: readonly string[]
  /** Of the last record in its stream. */
  readonly revision: number
  readonly replayed: boolean
}

/** What the ledger holds, before a group of appends, of that which the group names. */
export interface LedgerState {
  /** Where those of its ids stand that are in the ledger. */
  readonly positions: ReadonlyMap<string, number>
  /** The heads of those of its streams that have any record. */
  readonly heads: ReadonlyMap<string, StreamHead>
  /** The bytes of the records at these positions. */
  bytesAt(positions: readonly number[]): Promise<Uint8Array[]>
}

export interface GroupOptions {
  readonly origin: string
  /** The genesis leaf; streams start from it. */
  readonly identity: Uint8Array
  readonly recordedat: string
  /** Position of the first record of the group. */
  readonly head: number
}

/**
 * The appends that will go to the store in one step, admitted one after the other: each sees what those before it
 * would do. One that is refused leaves no trace.
 */
export class AppendGroup {
  readonly records: LogRecord[] = []
  readonly #state: LedgerState
  readonly #options: GroupOptions
  /** Ids of the group's records, and of the append that is being admitted. */
  readonly #ids = new Map<string, number>()
  readonly #heads = new Map<string, { readonly revision: number; readonly leaf: Uint8Array }>()

  constructor(state: LedgerState, options: GroupOptions) {
    this.#state = state
    this.#options = options
  }

  /**
   * Admits all parts or none: ids are looked at first (all known: the original positions; see
   * `docs/library.md`, "Retries"), then revisions, then the records are built and chained.
   * Rejects with EVENT_ID_REUSED, BATCH_PARTLY_KNOWN, STREAM_EXISTS, STREAM_ABSENT, WRONG_REVISION, EVENT_TOO_LARGE.
   */
  async admit(parts: readonly PreparedAppend[], submitter: string): Promise<Appended[]> {
    const noted: string[] = []
    try {
      const known = this.#note(parts, noted)
      if (!known) return this.#append(parts, submitter)
    } catch (error) {
      this.#forget(noted)
      throw error
    }
    this.#forget(noted)
    refuseRepeatedIds(parts)
    return this.#replay(
      parts,
      parts.map(({ events }) => this.#positionsOf(events.ids)),
    )
  }

  /**
   * Notes the ids of a new append with the positions it would take. True, and nothing said of how much was noted, where
   * one of them is in the ledger or in the group, be it in the same append.
   */
  #note(parts: readonly PreparedAppend[], noted: string[]): boolean {
    let position = this.#options.head + this.records.length
    for (const { events } of parts) {
      for (const id of events.ids) {
        if (this.#ids.has(id) || this.#state.positions.has(id)) return true
        this.#ids.set(id, position++)
        noted.push(id)
      }
    }
    return false
  }

  #forget(noted: readonly string[]): void {
    for (const id of noted) this.#ids.delete(id)
  }

  #positionsOf(ids: readonly string[]): (number | undefined)[] {
    return ids.map((id) => this.#state.positions.get(id) ?? this.#ids.get(id))
  }

  async #replay(parts: readonly PreparedAppend[], known: readonly (number | undefined)[][]): Promise<Appended[]> {
    const stored = await this.#bytesAt(known.flat().filter((position) => position !== undefined))
    const results: Appended[] = []
    let missing = 0
    let before = -1
    for (let part = 0; part < parts.length; part++) {
      const { stream, events } = parts[part]!
      const positions: number[] = []
      let last: Uint8Array | undefined
      for (let i = 0; i < events.ids.length; i++) {
        const position = known[part]![i]
        if (position === undefined) {
          missing++
          continue
        }
        last = stored.get(position)
        // bytesAt gave every known position.
        if (!sameProducerContent(events, i, stream, last!))
          throw reused(events.ids[i]!, position, 'with other content or in another stream')
        if (position <= before && missing === 0) throw reused(events.ids[i]!, position, 'in another order')
        before = position
        positions.push(position)
      }
      if (last === undefined) continue
      results.push({ positions, ids: events.ids, revision: Number(parseRecord(last).revision), replayed: true })
    }
    if (missing > 0) throw partlyKnown(parts, known)
    return results
  }

  async #bytesAt(positions: readonly number[]): Promise<Map<number, Uint8Array>> {
    const { head } = this.#options
    const stored = positions.filter((position) => position < head)
    const found = new Map<number, Uint8Array>()
    for (const position of positions) {
      if (position < head) continue
      const own = this.records[position - head]
      // A reader of the same handle saw what another writer appended meanwhile: the group is decided anew.
      if (own === undefined)
        throw new ClyraError('HEAD_MOVED', `position ${position} came after ${head}`, { details: { head } })
      found.set(position, own.bytes)
    }
    const bytes = stored.length === 0 ? [] : await this.#state.bytesAt(stored)
    stored.forEach((position, i) => {
      found.set(position, bytes[i]!)
    })
    return found
  }

  #append(parts: readonly PreparedAppend[], submitter: string): Appended[] {
    const heads = new Map<string, LogRecord>()
    const records: LogRecord[] = []
    const results: Appended[] = []
    const begin = this.#options.head + this.records.length
    for (const { stream, expected, events } of parts) {
      const head = heads.get(stream) ?? this.#heads.get(stream) ?? this.#state.heads.get(stream)
      checkRevision(stream, expected, head?.revision)
      const first = begin + records.length
      const last = this.#build(stream, events, submitter, head, first, records)
      heads.set(stream, last)
      results.push({
        positions: events.ids.map((_, i) => first + i),
        ids: events.ids,
        revision: last.revision,
        replayed: false,
      })
    }
    for (const record of records) this.records.push(record)
    for (const [stream, head] of heads) this.#heads.set(stream, head)
    return results
  }

  /** Chains the events to the head: each record is written once, where it stays, and hashed once. Returns the last. */
  #build(
    stream: string,
    events: PreparedEvents,
    submitter: string,
    head: { readonly revision: number; readonly leaf: Uint8Array } | undefined,
    position: number,
    records: LogRecord[],
  ): LogRecord {
    const { origin, recordedat, identity } = this.#options
    const frame = new RecordFrame({ ledger: origin, stream, submitter, recordedat })
    const first = (head?.revision ?? -1) + 1
    const count = events.ids.length
    let size = 0
    for (let i = 0; i < count; i++) size += 1 + frame.sizeOf(events, i, first + i)
    // The byte before each record is the 0x00 that its leaf hash begins with, so that it is hashed where it lies.
    const arena = new Uint8Array(size)
    let leaf = head?.leaf ?? streamStartValue(identity, stream)
    let at = 0
    for (let i = 0; i < count; i++) {
      const start = at
      at = frame.write(events, i, first + i, leaf, arena, start + 1)
      const hashed = arena.subarray(start, at)
      leaf = sha256(hashed)
      records.push({
        position: position + i,
        id: events.ids[i]!,
        stream,
        revision: first + i,
        leaf,
        bytes: hashed.subarray(1),
      })
    }
    if (at !== size) throw new ClyraError('INTERNAL', `${count} records have ${at} bytes instead of ${size}`)
    // An append is never empty.
    return records[records.length - 1]!
  }
}

function refuseRepeatedIds(parts: readonly PreparedAppend[]): void {
  const seen = new Set<string>()
  for (const { events } of parts) {
    for (const id of events.ids) {
      if (seen.has(id)) {
        throw new ClyraError('EVENT_ID_REUSED', `the event id ${id} is twice in the batch`, { details: { id } })
      }
      seen.add(id)
    }
  }
}

function reused(id: string, position: number, how: string): ClyraError {
  return new ClyraError('EVENT_ID_REUSED', `the event id ${id} is already at position ${position}, ${how}`, {
    details: { id, position },
  })
}

function partlyKnown(parts: readonly PreparedAppend[], known: readonly (number | undefined)[][]): ClyraError {
  const ids = parts.flatMap(({ events }, part) =>
    events.ids.flatMap((id, i) => {
      const position = known[part]![i]
      return position === undefined ? [] : [{ id, position }]
    }),
  )
  return new ClyraError(
    'BATCH_PARTLY_KNOWN',
    `${ids.length} events of the batch are already in the ledger, the others are not`,
    {
      details: { known: ids },
    },
  )
}
