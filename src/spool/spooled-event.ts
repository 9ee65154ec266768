import type { EventInput } from '../events/index.js'

/** One event of a spool with the stream it is meant for. Everything in it is already sealed. */
export interface SpooledEvent {
  readonly stream: string
  readonly event: EventInput
}
