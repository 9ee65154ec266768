import type { LedgerCore } from './ledger-core.js'
import type { EventFilter, SubscriptionMessage } from './ledger-reader.js'
import { onAbort } from './on-abort.js'
import type { PublishedTree } from './published-tree.js'
import { matches } from './read-records.js'
import { publicCheckpoint } from './signed-checkpoint.js'

const BATCH = 256

export interface SubscriptionSource {
  readonly core: LedgerCore
  readonly tree: PublishedTree
  /** Aborts when the ledger is closed. */
  readonly closed: AbortSignal
}

/**
 * See `Ledger.subscribe`. Nothing is read ahead of the consumer by more than one batch. `caught-up` comes when the
 * durable end is reached for the first time, and again after falling behind by a whole batch. A `checkpoint` comes
 * after the records it covers, only the newest where several were published meanwhile.
 */
export async function* subscribe(
  source: SubscriptionSource,
  first: number,
  wanted: EventFilter | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<SubscriptionMessage> {
  const { core, tree, closed } = source
  const filter = core.newestTypes(wanted)
  const ended = () => closed.aborted || signal?.aborted === true
  let next = first
  let caughtUp = false
  let sealed = first
  while (!ended()) {
    const records = await core.ports.store.read({ from: next, limit: BATCH })
    for (const record of records) {
      const view = core.view(record)
      next = record.position + 1
      if (matches(filter, view)) yield { kind: 'record', record: view }
      if (ended()) return
    }
    const checkpoint = await tree.newest()
    if (checkpoint !== undefined && checkpoint.size > sealed && checkpoint.size <= next) {
      sealed = checkpoint.size
      yield { kind: 'checkpoint', checkpoint: publicCheckpoint(checkpoint) }
    }
    if (records.length === BATCH) caughtUp = false
    if (records.length > 0) continue
    if (!caughtUp) {
      caughtUp = true
      yield { kind: 'caught-up', position: BigInt(next) - 1n }
    }
    if (!ended()) await wait(source, next, sealed, signal)
  }
}

/** Sleeps until there may be something new. Leaves no listener behind. */
async function wait(
  source: SubscriptionSource,
  next: number,
  sealed: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const woken = new AbortController()
  const wake = () => woken.abort()
  const stops = [onAbort(source.closed, wake), onAbort(signal, wake)]
  try {
    // A checkpoint beyond what was read comes with records; it is looked at again after them.
    await Promise.race([source.core.ports.store.moved(next, woken.signal), source.tree.beyond(sealed, woken.signal)])
  } finally {
    woken.abort()
    for (const stop of stops) stop()
  }
}
