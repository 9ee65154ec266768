import type { DraftEvent, EventData } from '../../../src/events/index.js'
import { draftOf, SOURCES } from '../drafts/index.js'

type Started = EventData['dev.clyra.run.started.v2']

/**
 * The first record of a run's stream. Its id depends on the run alone: where the ledger already has it (the wrapper
 * wrote it, now the same run is ingested), the one there stays, with its subject.
 */
export function runStartedDraft(
  run: string,
  time: string,
  facts: Omit<Started, 'run' | 'tool' | 'parent'>,
): DraftEvent<'dev.clyra.run.started.v2'> {
  return draftOf(run, SOURCES.run, 'started', 'dev.clyra.run.started.v2', time, {
    run,
    tool: 'dbt',
    parent: null,
    ...facts,
  })
}

/** How the process ended: only the wrapper knows. */
export function runExitedDraft(
  run: string,
  time: string,
  exit: { readonly exitCode: number | null; readonly signal: string | null },
): DraftEvent<'dev.clyra.run.exited.v1'> {
  return draftOf(run, SOURCES.run, 'exited', 'dev.clyra.run.exited.v1', time, { run, ...exit })
}
