export { type DbtRun, type DbtRunFiles, readDbtRun } from './read-dbt-run.js'
export { runExitedDraft, runStartedDraft } from './run-drafts.js'
export {
  type BuiltRelation,
  createDbtRunReader,
  type FinishedRun,
  type LeftArtifacts,
  type RunReader,
  type RunReaderOptions,
} from './run-reader.js'
