import { type ErrorCode, isClyraError } from '../errors/index.js'

/** Something that is not as it should be. */
export interface Finding {
  readonly code: ErrorCode
  /** The first position that is concerned, where there is one. */
  readonly position: number | undefined
  /** What was looked at: a file, a stream, a tile. */
  readonly where: string
  readonly message: string
}

export interface FsckCounts {
  records: number
  /** Of records. */
  bytes: number
  segments: number
  frames: number
  streams: number
  heads: number
  tiles: number
  bundles: number
  checkpoints: number
  indexed: number
}

export interface FsckResult {
  readonly ok: boolean
  /** The first one only, unless all were asked for. In the order in which they were met. */
  readonly findings: readonly Finding[]
  /** What is worth knowing and no fault, e.g. bytes after the durable end. */
  readonly notes: readonly string[]
  readonly counts: Readonly<FsckCounts>
}

/** Ends a check at its first finding. */
export class FirstFinding extends Error {}

/** Collects findings; without `all` the first one ends the check. */
export class Findings {
  readonly found: Finding[] = []
  readonly notes: string[] = []
  readonly counts: FsckCounts = {
    records: 0,
    bytes: 0,
    segments: 0,
    frames: 0,
    streams: 0,
    heads: 0,
    tiles: 0,
    bundles: 0,
    checkpoints: 0,
    indexed: 0,
  }
  readonly #all: boolean
  /** Called before each finding: whoever compares many things at once adds here what comes before it. */
  beforeEach: () => void = () => undefined

  constructor(all: boolean) {
    this.#all = all
  }

  add(code: ErrorCode, where: string, message: string, position?: number): void {
    this.beforeEach()
    this.found.push({ code, position, where, message })
    if (!this.#all) throw new FirstFinding(message)
  }

  /** Records that are not there; told once, whether by what is damaged in their place or by what follows them. */
  addLost(position: number, where: string, message: string): void {
    const told = this.found.some((finding) => finding.code === 'LOG_CORRUPT' && finding.position === position)
    if (!told) this.add('LOG_CORRUPT', where, message, position)
  }

  /** A finding out of what a reading function threw. Rethrows what says nothing about the ledger. */
  addError(error: unknown, where: string, position?: number): void {
    if (!isClyraError(error) || error.code === 'INTERNAL') throw error
    this.add(error.code, where, error.message, position)
  }

  result(): FsckResult {
    return { ok: this.found.length === 0, findings: this.found, notes: this.notes, counts: this.counts }
  }
}
