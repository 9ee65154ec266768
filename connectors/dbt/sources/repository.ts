import type { DraftEvent, EventData } from '../../../src/events/index.js'
import { draftOf, SOURCES } from '../drafts/index.js'

type Repository = EventData['dev.clyra.artifact.repository.v1']

/** What version control says of the project as a whole, or why it says nothing. */
export type RepositoryFacts =
  | {
      /** Commit id of HEAD. */
      readonly commit: string
      /** A file that git tracks below the project differs from that commit. */
      readonly modified: boolean
    }
  | { readonly unavailable: NonNullable<Repository['unavailable']> }

/** The record of the project's repository, one for each invocation. */
export function repositoryDraft(
  run: string,
  invocation: string,
  time: string | null,
  facts: RepositoryFacts,
): DraftEvent<'dev.clyra.artifact.repository.v1'> {
  const key = `${invocation}/repository`
  return draftOf(run, SOURCES.project, key, 'dev.clyra.artifact.repository.v1', time, {
    invocation,
    ...('commit' in facts
      ? { commit: facts.commit, modified: facts.modified, unavailable: null }
      : { commit: null, modified: null, unavailable: facts.unavailable }),
  })
}
