import { count, NONE_COUNTED } from '../counted.js'
import { defineRunFold } from '../run-fold.js'

/** What detectors said. */
export const verdictFold = defineRunFold({
  name: 'run-verdict',
  version: 1,
  initial: { verdicts: NONE_COUNTED },
  types: {
    'dev.clyra.verdict.given.v1': (draft, { data, position, fresh }) => {
      draft.verdicts = count(draft.verdicts, data.result, { ...data, position }, fresh)
    },
  },
})
