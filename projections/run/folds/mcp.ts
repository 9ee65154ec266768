import { count, NONE_COUNTED } from '../counted.js'
import { defineRunFold } from '../run-fold.js'

/** The tools that an agent called. */
export const mcpFold = defineRunFold({
  name: 'run-mcp',
  version: 1,
  initial: { calls: NONE_COUNTED },
  types: {
    'dev.clyra.mcp.tool.called.v1': (draft, { data, position, fresh }) => {
      const { arguments: _, content: __, ...said } = data
      draft.calls = count(draft.calls, data.result, { ...said, position }, fresh)
    },
  },
})
