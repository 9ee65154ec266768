import { defineRunFold } from '../run-fold.js'
import { foldAnchor, foldUnavailableAnchor } from './anchor-records.js'

/** Where the warehouse stood before and after. */
export const anchorFold = defineRunFold({
  name: 'run-anchor',
  version: 1,
  initial: { anchors: [] },
  types: {
    'dev.clyra.anchor.provisional.v1': foldAnchor('provisional'),
    'dev.clyra.anchor.confirmed.v1': foldAnchor('confirmed'),
    'dev.clyra.anchor.contradicted.v1': foldAnchor('contradicted'),
    'dev.clyra.anchor.unavailable.v1': foldUnavailableAnchor,
    'dev.clyra.run.reread.v1': (draft, { data }) => {
      if (data.voices.includes('warehouse')) draft.anchors = []
    },
  },
})
