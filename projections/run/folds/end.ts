import { LATE_WORDS } from '../../../src/events/index.js'
import { defineRunFold } from '../run-fold.js'
import type { RunDraft } from '../run-state.js'

/** How a run ended, and whether anything stands behind its end that is no late word. A later reading ends it anew. */
export const endFold = defineRunFold({
  name: 'run-end',
  version: 1,
  initial: { end: 'none', afterClose: false, window: null },
  types: {
    'dev.clyra.window.closed.v1': (draft, { data, position, record }) => {
      if (draft.end !== 'none' || data.records !== record.event.revision) draft.afterClose = true
      if (draft.end === 'none') draft.end = 'window'
      draft.window = { ...data, position }
    },
    'dev.clyra.run.closed.v1': (draft) => {
      if (draft.end === 'run') draft.afterClose = true
      draft.end = 'run'
    },
    'dev.clyra.run.reread.v1': (draft) => {
      draft.end = 'none'
      draft.afterClose = false
      draft.window = null
    },
  },
})

/** What may be said of a record of any type: the types above say the rest themselves. */
export function noteAfterClose(draft: RunDraft, type: string): void {
  if (draft.end !== 'none' && !(type in endFold.types) && !LATE_WORDS.includes(type)) draft.afterClose = true
}
