import { isClyraError } from '../errors/index.js'
import type { Appender } from './resident/index.js'

/** Who appends: this process, or the holder that was reached. */
export interface Reached {
  readonly appender: Appender
  close(): Promise<void>
}

/** A holder that ends this often while one thing is asked for will not do it. */
const MOST_HOLDERS = 20

/**
 * An appender that outlives its holder: where the answer was lost, who appends is looked for anew, and what can be asked
 * twice without harm (an append with its ids, heads, a wait for a checkpoint) is asked again. The rest rejects with
 * HOLDER_GONE: it may have been done.
 */
export function lasting(first: Reached, again: () => Promise<Reached>): Reached {
  let current = first
  const retried = async <T>(ask: (appender: Appender) => Promise<T>): Promise<T> => {
    for (let holders = 1; ; holders++) {
      try {
        return await ask(current.appender)
      } catch (error) {
        if (!isClyraError(error, 'HOLDER_GONE') || holders >= MOST_HOLDERS) throw error
      }
      await current.close()
      current = await again()
    }
  }
  return {
    appender: {
      append: (stream, expectedRevision, events) =>
        retried((appender) => appender.append(stream, expectedRevision, events)),
      heads: () => retried((appender) => appender.heads()),
      sealed: (position) => retried((appender) => appender.sealed(position)),
      recordRedaction: (subject, reason) => current.appender.recordRedaction(subject, reason),
      rotateEvidenceKey: (next) => current.appender.rotateEvidenceKey(next),
      revokeKey: (id, options) => current.appender.revokeKey(id, options),
    },
    close: () => current.close(),
  }
}
