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

const NOTHING = () => {}

function allow(signal: AbortSignal, more: 1 | -1): void {
  const most = getMaxListeners(signal)
  // 0 is no limit.
  if (most > 0) setMaxListeners(Math.max(1, most + more), signal)
}
