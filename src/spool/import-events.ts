import { canonicalString, type JsonValue } from '../canonical/index.js'
import { ClyraError, isClyraError } from '../errors/index.js'
import { CLYRA_REGISTRY, type EncryptedValue, type EventInput, parseRecord, type StoredEvent } from '../events/index.js'
import type { LedgerReader } from '../ledger/index.js'
import type { ArtifactStore, Vault } from '../ports/index.js'
import type { SpooledEvent } from './spooled-event.js'

/** Where a run goes. */
export interface ImportTarget {
  readonly ledger: Pick<LedgerReader, 'positionsOf' | 'readAll'>
  /** All or nothing, and once: events that are known with equal content are not appended again. */
  readonly appender: {
    append(stream: string, expectedRevision: 'any', events: readonly EventInput[]): Promise<unknown>
  }
  readonly vault: Vault
  readonly artifacts: ArtifactStore
}

/** A run that is read already: from a spool, or from what a finished run left. */
export interface ImportSource {
  readonly run: string
  readonly subject: string
  readonly subjectKey: Uint8Array
  events(): Iterable<SpooledEvent>
  values(): Iterable<EncryptedValue>
  artifacts(): Iterable<{ readonly sha256: string; read(): Uint8Array }>
}

export interface ImportResult {
  readonly run: string
  readonly appended: number
  /** Already in the ledger with equal content. */
  readonly known: number
  /** Not appended because the run was erased. */
  readonly skippedErased: number
}

const CHUNK_EVENTS = 500
const CHUNK_BYTES = 4 << 20
/** The vault reads all that it has of a subject each time: few, large portions. */
const CHUNK_VALUES = 1_000_000
const CHUNK_VALUE_BYTES = 64 << 20

/**
 * Brings a run into the ledger, so that it can stop at any point and be done again from the start: first the subject
 * key and the values, durable, then the artefacts, then the events in chunks, each all or nothing. Events whose id
 * is known with equal content are dropped; the rest is appended. An erased run adds nothing.
 *
 * Throws EVENT_ID_REUSED where an id is known with other content.
 */
export async function importEvents(source: ImportSource, target: ImportTarget): Promise<ImportResult> {
  if (await target.vault.erased(source.subject)) return skipErased(source, target.ledger)
  await target.vault.putSubjectKey(source.subject, source.subjectKey)
  for (const values of chunks(
    source.values(),
    ({ ciphertext }) => ciphertext.length + 200,
    CHUNK_VALUES,
    CHUNK_VALUE_BYTES,
  )) {
    await target.vault.putValues(source.subject, values)
  }
  for (const { sha256, read } of source.artifacts()) {
    if (!(await target.artifacts.has(sha256))) await target.artifacts.put(read())
  }
  let appended = 0
  let known = 0
  for (const chunk of chunks(source.events(), sizeOf, CHUNK_EVENTS, CHUNK_BYTES)) {
    for (const [stream, events] of byStream(chunk)) {
      const fresh = await appendUnknown(target, stream, events)
      appended += fresh
      known += events.length - fresh
    }
  }
  return { run: source.run, appended, known, skippedErased: 0 }
}

async function skipErased(source: ImportSource, ledger: ImportTarget['ledger']): Promise<ImportResult> {
  let known = 0
  let skippedErased = 0
  for (const chunk of chunks(source.events(), sizeOf, CHUNK_EVENTS, CHUNK_BYTES)) {
    const positions = await ledger.positionsOf(chunk.map(({ event }) => idOf(event)))
    known += positions.filter((position) => position !== undefined).length
    skippedErased += positions.filter((position) => position === undefined).length
  }
  return { run: source.run, appended: 0, known, skippedErased }
}

/** Appends those that are not known and gives their number; the known ones must have equal content. */
async function appendUnknown(target: ImportTarget, stream: string, events: readonly EventInput[]): Promise<number> {
  const positions = await target.ledger.positionsOf(events.map(idOf))
  const known = events.filter((_event, index) => positions[index] !== undefined)
  const fresh = events.filter((_event, index) => positions[index] === undefined)
  // The ledger itself compares: the same content gives the old positions, other content is refused.
  if (known.length > 0) await assertKnown(target, stream, known)
  if (fresh.length > 0) await target.appender.append(stream, 'any', fresh)
  return fresh.length
}

async function assertKnown(target: ImportTarget, stream: string, known: readonly EventInput[]): Promise<void> {
  try {
    await target.appender.append(stream, 'any', known)
  } catch (error) {
    if (!isClyraError(error, 'EVENT_ID_REUSED')) throw error
    // In another order than before they are still known; only one that differs by itself is a conflict.
    for (const event of known) await assertSame(target, stream, event)
  }
}

/** The same fact, though its time may be another: what a file without a time of its own says is dated by its neighbours. */
async function assertSame(target: ImportTarget, stream: string, event: EventInput): Promise<void> {
  try {
    await target.appender.append(stream, 'any', [event])
  } catch (error) {
    if (!isClyraError(error, 'EVENT_ID_REUSED')) throw error
    const [position] = await target.ledger.positionsOf([idOf(event)])
    if (position === undefined) throw error
    for await (const record of target.ledger.readAll({ from: position, limit: 1 })) {
      if (record.stream !== stream || !isSameFact(parseRecord(record.bytes), event)) throw error
    }
  }
}

/** Perhaps told in another version of the type, by another release: what both versions say must be the same. */
function isSameFact(stored: Pick<StoredEvent, 'type' | 'data'>, event: EventInput): boolean {
  if (stored.type === event.type) return equalData(stored.data, event.data)
  if (CLYRA_REGISTRY.newest(stored.type) !== CLYRA_REGISTRY.newest(event.type)) return false
  return Object.entries(stored.data ?? {}).every(([name, value]) => {
    const other = event.data[name]
    return other === undefined || equalData(value, other)
  })
}

function equalData(a: JsonValue, b: JsonValue): boolean {
  return canonicalString(a) === canonicalString(b)
}

function byStream(chunk: readonly SpooledEvent[]): Map<string, EventInput[]> {
  const streams = new Map<string, EventInput[]>()
  for (const { stream, event } of chunk) {
    const events = streams.get(stream)
    if (events === undefined) streams.set(stream, [event])
    else events.push(event)
  }
  return streams
}

/** The events must have fixed ids: one without would be new each time. */
function idOf(event: EventInput): string {
  if (event.id === undefined) throw new ClyraError('SPOOL_CORRUPT', 'an event to import has no id')
  return event.id
}

function sizeOf({ event }: SpooledEvent): number {
  return Buffer.byteLength(JSON.stringify(event))
}

/** Consecutive pieces of at most `count` items and `size` in sum (one item alone may be larger). */
function* chunks<Item>(
  items: Iterable<Item>,
  weigh: (item: Item) => number,
  count: number,
  size: number,
): Iterable<Item[]> {
  let piece: Item[] = []
  let sum = 0
  for (const item of items) {
    const weight = weigh(item)
    if (piece.length > 0 && (piece.length >= count || sum + weight > size)) {
      yield piece
      piece = []
      sum = 0
    }
    piece.push(item)
    sum += weight
  }
  if (piece.length > 0) yield piece
}
