import { VOIDED_BY_REREAD, voiceOfRecord } from '../../../src/events/index.js'
import type { SomeEvent } from '../reconcile/index.js'

/** The events of a run that no later `run.reread` among them makes void, in their order. */
export function validEvents<E extends SomeEvent>(events: readonly E[]): E[] {
  const silenced = new Set<string>()
  let reread = false
  const valid: E[] = []
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]!
    const voice = voiceOfRecord(event)
    const isVoid = (reread && VOIDED_BY_REREAD.includes(event.type)) || (voice !== undefined && silenced.has(voice))
    if (!isVoid) valid.push(event)
    if (event.type !== 'dev.clyra.run.reread.v1') continue
    reread = true
    // Holds: the type's schema.
    for (const replaced of (event.data as { readonly voices: readonly string[] }).voices) silenced.add(replaced)
  }
  return valid.reverse()
}
