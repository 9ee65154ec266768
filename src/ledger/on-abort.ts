import { getMaxListeners, setMaxListeners } from 'node:events'

/**
 * Calls `act` when the signal aborts, until the function that it returns is called; calling it again does nothing.
 *
 * Any number of appends and subscriptions may wait on one signal, while Node takes more than ten listeners for a leak
 * and says so in the user's process. So what listens here is not counted: the signal's limit is raised by one for as long.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return NOTHING
  allow(signal, 1)
  signal.addEventListener('abort', act)
  let listening = true
  return () => {
    if (!listening) return
    listening = false
    signal.removeEventListener('abort', act)
    allow(signal, -1)
  }
}

/** What the promise gives, unless the signal aborts before: then it rejects with `why()`, and the promise goes on unheard. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, why: () => Error): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(why())
    const stop = onAbort(signal, () => reject(why()))
    promise.then(resolve, reject).finally(stop)
  })
}

const NOTHING = () => {}

function allow(signal: AbortSignal, more: 1 | -1): void {
  const most = getMaxListeners(signal)
  // 0 is no limit.
  if (most > 0) setMaxListeners(Math.max(1, most + more), signal)
}
