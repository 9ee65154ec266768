import type { DraftEvent } from '../../../src/events/index.js'
import type { InvocationFacts } from '../drafts/index.js'
import type { NodeKind } from '../expectations/index.js'

export interface LogReaderOptions {
  /** The run id R: every id is made of it. */
  readonly run: string
  /** The key for fingerprints of exact texts; without it statements carry none. */
  readonly fingerprintKey?: Uint8Array | undefined
  /** Only lines of this invocation; default: the invocation of the first line. */
  readonly invocation?: string | undefined
  /** Lines that carry another wrapper's run id are of another run. */
  readonly wrapped?: boolean | undefined
  /** Parts of a rotated log that must have been there and are not. */
  readonly missingParts?: number | undefined
}

/** What a log told of its run as a whole. */
export interface LogSummary {
  readonly voice: 'log'
  readonly source: 'log' | 'otel' | 'query-log'
  readonly invocation: string | null
  readonly facts: InvocationFacts
  readonly firstTime: string | null
  readonly lastTime: string | null
  /** Lines of this invocation were read; without one the log says nothing, not even that dbt was started. */
  readonly spoke: boolean
  /** Lines of it are known to be missing: its beginning, or something in its middle. */
  readonly damaged: boolean
  /** The log says how the command ended. */
  readonly ended: boolean
  /** How many nodes were selected, where the log says so. */
  readonly selected: number | null
  /** Nodes that began, as far as dbt counts them as nodes (a build's hooks are not), with what they are. */
  readonly begun: ReadonlyMap<string, NodeKind>
  /** Those of them that ended. */
  readonly finished: ReadonlySet<string>
  readonly lines: number
  /** Damaged lines of this invocation. */
  readonly unreadable: number
  /** Lines, or statements, of other invocations in the same file. */
  readonly foreign: number
  /** Lines of text, and of whatever else stands in the file. */
  readonly otherLines: number
  /** Answers without a statement: lines before them are missing. */
  readonly orphans: number
}

/** An incremental reader of one log: lines in, drafts out, in an order that depends on the lines alone. */
export interface LogReader {
  /** `complete`: false for a last line without its line feed. Never throws. */
  push(line: string, complete?: boolean): DraftEvent[]
  /** The end of the file: statements and nodes still open, and the gaps. To be called once. */
  end(): DraftEvent[]
  summary(): LogSummary
}
