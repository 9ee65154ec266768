import type { LogStore } from '../../ports/index.js'
import type { Cannot } from './test-functions.js'

/** Makes empty logs of one backend for `describeLogStore`. */
export interface LogStoreFactory {
  /** A new, empty log at a place of its own. */
  create(): Promise<LogStoreFixture>
}

/** One log, and what a test can do to it. */
export interface LogStoreFixture {
  /** A handle that writes. Called again after `close` to reopen; beside an open one to contend. */
  open(): Promise<LogStore>
  /** A handle that only reads, beside the writer if there is one; as another process would. */
  openReader(): Promise<LogStore>
  /** Changes a byte of a stored record behind the store's back; no handle is open. */
  readonly damage: ((position: number) => Promise<void>) | Cannot
  /**
   * Opens a handle that writes and whose next append fails without an answer, and those after it would not. `stored`:
   * whether its records are to be durable all the same; a backend that cannot choose leaves it to chance.
   */
  readonly openFailing: ((stored: boolean) => Promise<LogStore>) | Cannot
  /** Milliseconds that a busy machine may add to what the store promises. Default 5000. */
  readonly slackMs?: number
  /** Closes what the test left open and removes the log. */
  dispose(): Promise<void>
}
