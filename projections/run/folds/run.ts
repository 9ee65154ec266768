import { append } from '../append-list.js'
import { defineRunFold } from '../run-fold.js'
import { upsert } from '../sorted-list.js'

/** The run itself: who started it, how its process ended, what is not whole, what was read again. */
export const runFold = defineRunFold({
  name: 'run-run',
  version: 2,
  initial: { started: null, exited: null, links: [], rereads: [], closed: false, ended: false, gaps: [], leftOut: [] },
  types: {
    'dev.clyra.run.started.v2': (draft, { data, record: { event } }) => {
      // The first stands: it is the one that a bundle's manifest takes.
      draft.started ??= {
        ...data,
        time: event.time,
        source: event.source,
        submitter: event.submitter,
        actor: event.actor ?? null,
      }
    },
    'dev.clyra.run.exited.v1': (draft, { data }) => {
      draft.exited = { exitCode: data.exitCode, signal: data.signal }
    },
    'dev.clyra.run.gap.v1': (draft, { data: { reason, count }, position, fresh }) => {
      draft.gaps = upsert(draft.gaps, reason, fresh, (old) => ({
        reason,
        count: count ?? old?.count ?? null,
        position,
      }))
    },
    'dev.clyra.run.linked.v1': (draft, { data: { stream, role }, position, fresh }) => {
      draft.links = append(draft.links, { stream, role, late: draft.ended, position }, fresh)
    },
    'dev.clyra.run.closed.v1': (draft) => {
      draft.closed = true
      draft.ended = true
    },
    // A later reading counts: gaps and `closed` before it are void. What has no voice (start, exit, what was left out) stands.
    'dev.clyra.run.reread.v1': (draft, { data, position, record, fresh }) => {
      const { reading, voices, because } = data
      draft.rereads = append(draft.rereads, { reading, voices, because, time: record.event.time, position }, fresh)
      draft.gaps = []
      draft.closed = false
    },
    'dev.clyra.run.left-out.v1': (draft, { data: { run: _, ...said }, position, fresh }) => {
      const key = [said.source, said.name, said.reason].join('\n')
      draft.leftOut = upsert(draft.leftOut, key, fresh, () => ({ ...said, position }))
    },
  },
})
