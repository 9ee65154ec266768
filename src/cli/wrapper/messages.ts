import type { ChildExit } from '../dbt/child.js'
import type { OutputOptions } from '../output.js'

/** One wrapped run as it was asked for: Clyra's own options, and everything that is dbt's. */
export interface WrappedRun {
  readonly args: readonly string[]
  readonly options: OutputOptions
  /** What `--ledger` says. */
  readonly ledger: string | undefined
}

/** What the recorder must know of the process that started it. */
export interface Asked extends WrappedRun {
  /** When that process started, in milliseconds since 1970. */
  readonly origin: number
  readonly terminal: { readonly isTTY: boolean; readonly columns: number; readonly mark: string }
}

/** How the recorder wants dbt to be started. */
export interface RunStart {
  readonly program: string
  readonly args: readonly string[]
  /** Variables beside those of the process. */
  readonly env: Readonly<Record<string, string>>
  /** Where the user may look for a dbt that was not found. */
  readonly folders: readonly string[]
  /** Null where this is no run, or none that can be recorded. */
  readonly spooled: {
    readonly run: string
    readonly directory: string
    /** The file in it that takes a note of dbt's process. */
    readonly child: string
    /** The command that brings the spool into the ledger. */
    readonly flush: string
  } | null
}

/** What `clyra run --json` prints of a run, as far as the recorder knows it. */
export interface Recorded {
  readonly appended: number | null
  /** The spool in which the run waits, null where it does not. */
  readonly spool: string | null
  /** The run as the ledger has it. */
  readonly summary: object | null
}

/** Why something went wrong: a sentence, its code, what to try. */
export interface Complaint {
  readonly message: string
  readonly code: string
  readonly fix: string | null
}

export type ToRecorder =
  | { readonly tell: 'asked'; readonly asked: Asked }
  | { readonly tell: 'ended'; readonly exit: ChildExit }

export type FromRecorder =
  /** It works: it has used the processor since it last said so. */
  | { readonly tell: 'alive' }
  /** Text for stderr, with the marks that its writer knows. */
  | { readonly tell: 'says'; readonly text: string }
  | { readonly tell: 'start'; readonly start: RunStart }
  /** The records are in the ledger, durable; what follows is convenience. */
  | { readonly tell: 'appended'; readonly appended: number }
  | { readonly tell: 'done'; readonly recorded: Recorded }
  | { readonly tell: 'failed'; readonly complaint: Complaint }
