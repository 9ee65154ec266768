import { changedRelations, type RunView, stepCounts, whatRuns } from '../../run/index.js'
import { grouped, plural } from './format.js'

/** "1 of 83 steps failed, 3 were skipped, 1 warned. 27 relations were built." */
export function stepsInWords(run: RunView): string {
  const instead = insteadOfRunning(run)
  const counts = stepCounts(run)
  if (instead !== null && counts.failed === 0) return instead
  if (counts.total === 0) return 'No step is recorded.'
  const parts = [
    counts.failed === 0
      ? `${plural(counts.total, 'step')}, none failed`
      : `${grouped(counts.failed)} of ${plural(counts.total, 'step')} failed`,
    counts.unfinished === 0 ? null : `${grouped(counts.unfinished)} did not end`,
    counts.skipped === 0 ? null : `${grouped(counts.skipped)} skipped`,
    counts.warned === 0 ? null : plural(counts.warned, 'warning'),
  ].filter((part) => part !== null)
  const { changed } = changedRelations(run)
  return `${parts.join(', ')}.${changed.length === 0 ? '' : ` ${plural(changed.length, 'relation was', 'relations were')} built.`}`
}

/** What a command that builds and tests nothing did instead, as a sentence. */
export function insteadOfRunning(run: RunView): string | null {
  const { instead } = whatRuns(run.command)
  return instead === null ? null : `${instead.charAt(0).toUpperCase()}${instead.slice(1)}.`
}
