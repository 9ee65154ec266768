import type { IndexedRecord } from '../../ports/index.js'
import { ID_BYTES } from './id-run.js'
import { IdTable } from './id-table.js'
import type { IndexedHead } from './index-base.js'

/** The positions of one stream from a revision on, as runs of neighbours: position of the first, how many, and so on. */
export interface PositionRuns {
  readonly fromRevision: number
  readonly runs: number[]
}

/** What was applied on top of a state: a dense range of records, and what they changed. Plain data in memory. */
export class IndexLayer {
  readonly from: number
  through: number
  lastLeaf: Uint8Array | undefined
  readonly heads = new Map<string, IndexedHead>()
  readonly positions = new Map<string, PositionRuns>()
  /** Nodes of the heads map that changed. */
  readonly nodes = new Map<string, Uint8Array>()
  readonly #ids = new IdTable()

  constructor(from: number) {
    this.from = from
    this.through = from
  }

  get size(): number {
    return this.through - this.from
  }

  /** 16 bytes for each record, in their order: a copy. */
  idBytes(): Uint8Array<ArrayBuffer> {
    return this.#ids.ids.slice(0, ID_BYTES * this.size)
  }

  /** The position of the record whose id's 16 bytes are given, if it is here. */
  positionOf(id: Uint8Array): number | undefined {
    const n = this.#ids.find(id, 0)
    return n === undefined ? undefined : this.from + n
  }

  /** Adds the id of the next record, before it is added itself: 16 bytes, which are copied. */
  addId(id: Uint8Array): void {
    this.#ids.add(id, 0)
  }

  /** Adds the next records, of one stream: revisions `fromRevision` to that of the `last`. `first`: where the stream began. */
  add({ position, stream, revision, leaf }: IndexedRecord, fromRevision: number, first: number): void {
    const count = revision - fromRevision + 1
    this.heads.set(stream, { position, revision, leaf, first })
    const there = this.positions.get(stream)
    if (there === undefined) this.positions.set(stream, { fromRevision, runs: [position - count + 1, count] })
    else addPositions(there.runs, position - count + 1, count)
    this.through = position + 1
    this.lastLeaf = leaf
  }
}

function addPositions(runs: number[], from: number, count: number): void {
  const last = runs.length - 2
  if (runs[last]! + runs[last + 1]! === from) runs[last + 1]! += count
  else runs.push(from, count)
}

/** At most `limit` of the positions that runs stand for, without the first `skip`. */
export function expandRuns(runs: readonly number[], skip: number, limit: number): number[] {
  const positions: number[] = []
  let before = skip
  for (let i = 0; i < runs.length && positions.length < limit; i += 2) {
    const [first, count] = [runs[i]!, runs[i + 1]!]
    for (let k = before; k < count && positions.length < limit; k++) positions.push(first + k)
    before = Math.max(0, before - count)
  }
  return positions
}

/** The 16 bytes of a UUID in its text form: lower-case hex, of which the grammar of ids sees to. */
export function writeId(id: string, target: Uint8Array, at: number): void {
  let end = at
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) i++
    target[end++] = (DIGITS[id.charCodeAt(i) & 0x7f]! << 4) | DIGITS[id.charCodeAt(i + 1) & 0x7f]!
  }
}

/** What the code of a hex digit counts. */
const DIGITS = Uint8Array.from({ length: 0x80 }, (_, code) => (code < 58 ? code - 48 : code - 87) & 15)
