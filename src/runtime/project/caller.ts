import type { User } from '../../system/index.js'

/** What of the world around the process the runtime needs. It asks none of it by itself. */
export interface Surroundings {
  /** Throws IO_FAILED where the working directory was deleted. */
  readonly cwd: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Whose files are believed where nobody named them. */
  readonly user: User
  /** Aborts when the program should stop. */
  readonly stopped: AbortSignal
  now(): Date
  /** Milliseconds since the program started, never going back. */
  elapsed(): number
  randomBytes(length: number): Uint8Array
}

/** Who is told what is not a result. It adds who speaks. */
export interface Teller {
  /** What a person may want to know. */
  note(text: string): void
  /** What a person should know, in one line. */
  warn(text: string): void
  detail(text: string): void
  /** What is being waited for, where that takes long. */
  progress(text: string): Progress
}

export interface Progress {
  update(text: string): void
  done(): void
}

/** What a program gives the runtime. */
export interface Caller {
  readonly environment: Surroundings
  readonly output: Teller
  /** The ledger that was named, by its place or URL. */
  readonly named: string | undefined
  /** False: what is signed is not remembered in the user's folder. For ledgers that are made to be thrown away. */
  readonly remembers?: boolean
}
