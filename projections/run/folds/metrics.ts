import { defineRunFold } from '../run-fold.js'
import { upsert } from '../sorted-list.js'

/** What was measured. */
export const metricsFold = defineRunFold({
  name: 'run-metrics',
  version: 1,
  initial: { metrics: [] },
  types: {
    'dev.clyra.metrics.observed.v1': (draft, { data, position, fresh }) => {
      const key = `${data.what}\n${data.subject ?? ''}`
      draft.metrics = upsert(draft.metrics, key, fresh, () => ({ ...data, position }))
    },
  },
})
