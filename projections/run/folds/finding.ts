import { defineRunFold } from '../run-fold.js'
import type { Finding } from '../run-state.js'
import { upsert } from '../sorted-list.js'

/** Where voices do not agree. */
export const findingFold = defineRunFold({
  name: 'run-finding',
  version: 1,
  initial: { findings: [] },
  types: {
    'dev.clyra.finding.raised.v2': (draft, { data, position, fresh }) => {
      draft.findings = upsert(draft.findings, findingKey(data, position), fresh, () => ({ ...data, position }))
    },
    // A later reading is compared anew.
    'dev.clyra.run.reread.v1': (draft) => {
      draft.findings = []
    },
  },
})

const SEVERITY = { high: '0', medium: '1', low: '2' } as const

/** Sorts gravest first, then by code, node and position. */
function findingKey(data: Omit<Finding, 'position'>, position: string): string {
  return [SEVERITY[data.severity], data.code, data.node ?? '', position.padStart(16, '0')].join('\n')
}
