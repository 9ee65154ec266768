import { append } from '../append-list.js'
import { defineRunFold } from '../run-fold.js'
import { upsert } from '../sorted-list.js'

/** What the warehouse says of its relations. */
export const snapshotFold = defineRunFold({
  name: 'run-snapshot',
  version: 1,
  initial: { relations: [], snapshots: [] },
  types: {
    'dev.clyra.snapshot.captured.v1': (draft, { data, position, fresh }) => {
      draft.snapshots = append(draft.snapshots, { ...data, position }, fresh)
    },
    'dev.clyra.snapshot.relation.v1': (draft, { data, position, fresh }) => {
      const key = JSON.stringify([data.node, ...data.relation])
      draft.relations = upsert(draft.relations, key, fresh, () => ({ ...data, position }))
    },
    'dev.clyra.run.reread.v1': (draft, { data }) => {
      if (!data.voices.includes('warehouse')) return
      draft.relations = []
      draft.snapshots = []
    },
  },
})
