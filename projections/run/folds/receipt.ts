import { count, NONE_COUNTED } from '../counted.js'
import { defineRunFold } from '../run-fold.js'
import { remove, upsert } from '../sorted-list.js'

/** What was let through, stopped or changed. What was intended and has no receipt yet stays open. */
export const receiptFold = defineRunFold({
  name: 'run-receipt',
  version: 1,
  initial: { openIntents: [], receipts: NONE_COUNTED },
  types: {
    'dev.clyra.receipt.intended.v1': (draft, { data: { receipt, route }, position, fresh }) => {
      draft.openIntents = upsert(draft.openIntents, receipt, fresh, () => ({ receipt, route, position }))
    },
    'dev.clyra.receipt.issued.v1': (draft, { data, position, fresh }) => {
      const { receipt, route, actor, upstream, decision, schema, status, verdicts, approval } = data
      const { outcome, mode, rules } = decision
      draft.openIntents = remove(draft.openIntents, receipt, fresh)
      const said = { receipt, route, actor, upstream, outcome, mode, rules, status, verdicts, approval }
      draft.receipts = count(draft.receipts, outcome, { ...said, schema: schema.result, position }, fresh)
    },
  },
})
