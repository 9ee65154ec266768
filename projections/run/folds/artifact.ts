import { append } from '../append-list.js'
import { defineRunFold } from '../run-fold.js'
import { upsert } from '../sorted-list.js'

/** The files of a run, and what version control says of its project. */
export const artifactFold = defineRunFold({
  name: 'run-artifact',
  version: 1,
  initial: { artifacts: [], sources: [], repository: null },
  types: {
    'dev.clyra.artifact.captured.v1': (draft, { data, position, fresh }) => {
      draft.artifacts = append(draft.artifacts, { ...data, position }, fresh)
    },
    'dev.clyra.artifact.source.v1': (draft, { data, position, fresh }) => {
      draft.sources = upsert(draft.sources, data.path, fresh, () => ({ ...data, position }))
    },
    'dev.clyra.artifact.repository.v1': (draft, { data, position }) => {
      draft.repository = { ...data, position }
    },
  },
})
