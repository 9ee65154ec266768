import { equalBytes, fromHex, hex } from '../canonical/index.js'
import {
  isEventOf,
  isReservedStream,
  isReservedType,
  RecordReader,
  STREAM_OF_RESERVED_TYPE,
  type StoredEvent,
  streamStartValue,
} from '../events/index.js'
import { HeadsMap } from '../merkle/index.js'
import type { LocalIndex, StoredRecord } from '../ports/index.js'
import { IndexCheck } from './fsck-index.js'
import type { Findings } from './fsck-result.js'
import type { Genesis } from './ledger-core.js'

interface Head {
  readonly revision: number
  readonly leaf: Uint8Array
  readonly position: number
}

/** The index as far as it can be compared. */
export interface ComparedIndex {
  readonly index: LocalIndex
  /** Positions below this are in it. */
  readonly through: number
}

/**
 * Everything that one record says about the others. Where records are gone it goes on with those that follow: what only
 * the lost ones could tell is left open, and a note says so.
 */
export class ChainCheck {
  readonly #findings: Findings
  readonly #genesis: Genesis | undefined
  readonly #index: ComparedIndex | undefined
  readonly #lookups: IndexCheck | undefined
  readonly #heads = new Map<string, Head>()
  readonly #changed = new Set<string>()
  readonly #map = new HeadsMap()
  readonly #reader = new RecordReader()
  /** Of the heads records, in order. */
  readonly headsPositions: number[] = []
  #recordedat = ''
  /** Records that were looked at. */
  #next = 0
  /** Positions that are gone: from, to (exclusive). */
  readonly #gaps: [number, number][] = []

  constructor(findings: Findings, genesis: Genesis | undefined, index: ComparedIndex | undefined) {
    this.#findings = findings
    this.#genesis = genesis
    this.#index = index
    this.#lookups = index && new IndexCheck(findings, index.index, index.through)
  }

  /** The records from `from` to below `to` cannot be read. */
  gap(from: number, to: number): void {
    if (this.#gaps.length === 0)
      this.#findings.notes.push(`from position ${from} on the roots of heads records could not be computed again`)
    this.#gaps.push([from, to])
  }

  record({ position, leaf, bytes }: StoredRecord): void {
    this.#next = position + 1
    let event: StoredEvent
    try {
      event = this.#reader.read(bytes)
    } catch (error) {
      this.#findings.addError(error, `position ${position}`, position)
      return
    }
    this.#checkPlace(event, position)
    this.#checkLink(event, position)
    if (isEventOf(event, 'dev.clyra.ledger.heads.v1')) this.#checkHeads(event.data, position)
    this.#lookups?.record(event, position)
    this.#heads.set(event.stream, { revision: Number(event.revision), leaf, position })
    this.#changed.add(event.stream)
  }

  end(): void {
    this.#lookups?.end()
    this.#findings.counts.streams = this.#heads.size
    if (this.#index === undefined) return
    const { index, through } = this.#index
    if (through < this.#next) return
    for (const [stream, { revision, leaf, position }] of this.#heads) {
      const head = index.head(stream)
      // A writer that is at work meanwhile has gone on.
      if (head !== undefined && (head.position >= this.#next || this.#isLost(head.position))) continue
      if (head?.revision !== revision || head.position !== position || !equalBytes(head.leaf, leaf)) {
        this.#findings.add(
          'INDEX_CORRUPT',
          stream,
          `the index has another head for ${stream} than the log: revision ${head?.revision} instead of ${revision}`,
          position,
        )
      }
    }
    const map = index.headsMap()
    if (map !== undefined && (map.position >= this.#next || this.#isLost(map.position))) return
    const newestHeads = this.headsPositions.at(-1)
    if (map?.position !== newestHeads) {
      this.#findings.add(
        'INDEX_CORRUPT',
        'the heads map',
        `the index holds the heads map of position ${map?.position}, the newest heads record is at ${newestHeads}`,
      )
    } else if (map !== undefined && this.#gaps.length === 0 && !equalBytes(map.root, this.#map.root())) {
      this.#findings.add(
        'INDEX_CORRUPT',
        'the heads map',
        'the heads map of the index has another root than the log gives',
        map.position,
      )
    }
  }

  #checkPlace(event: StoredEvent, position: number): void {
    const { ledger, type, stream, recordedat } = event
    const where = `position ${position}`
    if (this.#genesis !== undefined && ledger !== this.#genesis.origin)
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `the record at position ${position} is of the ledger ${ledger}`,
        position,
      )
    const place: string | undefined = isReservedType(type)
      ? Object.entries(STREAM_OF_RESERVED_TYPE).find(([name]) => name === type)?.[1]
      : undefined
    if ((isReservedStream(stream) || isReservedType(type)) && place !== stream) {
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `the record at position ${position} is a ${type} in ${stream}, where it cannot be`,
        position,
      )
    }
    if (recordedat < this.#recordedat)
      this.#findings.add(
        'LOG_CORRUPT',
        where,
        `recordedat goes back at position ${position}, from ${this.#recordedat} to ${recordedat}`,
        position,
      )
    this.#recordedat = recordedat
  }

  #checkLink({ stream, revision, prev }: StoredEvent, position: number): void {
    const before = this.#heads.get(stream)
    const expected = (before?.revision ?? -1) + 1
    // What the stream had in a gap is unknown: a later revision is then as good as the next one.
    const lost = this.#gaps.some(([, to]) => to > (before?.position ?? -1))
    if (lost && Number(revision) > expected) return
    const identity = this.#genesis?.identity
    if (before === undefined && position > 0 && identity === undefined) return
    const start = () =>
      identity === undefined || position === 0 ? new Uint8Array(32) : streamStartValue(identity, stream)
    if (revision !== String(expected)) {
      this.#findings.add(
        'LOG_CORRUPT',
        stream,
        `position ${position} holds revision ${revision} of ${stream} where ${expected} is next`,
        position,
      )
    } else if (prev !== hex(before?.leaf ?? start())) {
      this.#findings.add(
        'LOG_CORRUPT',
        stream,
        `the record at position ${position} is not chained to the one before it in ${stream}`,
        position,
      )
    }
  }

  #checkHeads({ size, root }: { readonly size: string; readonly root: string }, position: number): void {
    this.#findings.counts.heads++
    this.headsPositions.push(position)
    this.#map.update([...this.#changed].map((stream) => ({ stream, ...this.#heads.get(stream)! })))
    this.#changed.clear()
    if (size !== String(position))
      this.#findings.add(
        'TREE_DIVERGED',
        `position ${position}`,
        `the heads record at position ${position} states size ${size}`,
        position,
      )
    if (this.#gaps.length === 0 && !equalBytes(this.#map.root(), fromHex(root))) {
      this.#findings.add(
        'TREE_DIVERGED',
        `position ${position}`,
        `the heads record at position ${position} states another root than the log gives`,
        position,
      )
    }
  }

  #isLost(position: number): boolean {
    return this.#gaps.some(([from, to]) => position >= from && position < to)
  }
}
