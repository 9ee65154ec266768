export { type ArtifactName, invocationOf } from './artifact-json.js'
export type { CapturedArtifact } from './artifacts.js'
export { closeDbtRun } from './close-run.js'
export { SOURCES } from './drafts.js'
export { type GapReason, gapDraft } from './gap.js'
export type { LeftOut } from './left-out.js'
export { type FileLine, type LineBytes, LineSplitter, LONGEST_LINE, linesOf } from './lines.js'
export { createDbtLogReader, type LogReader, type LogReaderOptions, type LogSummary } from './log-reader.js'
export { type LogScan, scanLog, scanOtel } from './log-scan.js'
export { type Manifest, type ManifestNode, readManifest } from './manifest.js'
export { createOtelReader } from './otel-reader.js'
export { plainLog } from './plain-log.js'
export { decodeText, encodingOf, utf8Bytes } from './plain-text.js'
export { createQueryLogReader } from './query-log-reader.js'
export { type DbtRun, type DbtRunFiles, readDbtRun } from './read-dbt-run.js'
export {
  type ClaimQuality,
  claimQualityOf,
  compareClaims,
  compareLogs,
  type LogQuality,
  logQualityOf,
} from './reading-quality.js'
export { headOf, type RecognisedSource, recogniseSource, type SourceKind } from './recognise-source.js'
export { reconcile } from './reconcile/reconcile.js'
export type { SomeEvent } from './reconcile/voices.js'
export type { RepositoryFacts } from './repository.js'
export { type LaterReading, laterReading } from './reread/later-reading.js'
export { idInReading } from './reread/reread-drafts.js'
export { type JoinedLog, joinLogs, type LogPart } from './rotated-log.js'
export { runExitedDraft, runStartedDraft } from './run-drafts.js'
export { RUN_ID_VARIABLE, runIdOf } from './run-id.js'
export {
  type BuiltRelation,
  createDbtRunReader,
  type FinishedRun,
  type LeftArtifacts,
  type RunReader,
  type RunReaderOptions,
} from './run-reader.js'
export { type ResultRow, type RunResults, readRunResults } from './run-results.js'
export { type GitFacts, type SourceFile, type SourcePath, sourceDrafts, sourcePathsOf } from './sources.js'
export { type SqlShape, sqlShape } from './sql-shape.js'
export { dbtArguments, type LogPlan, type WrapPlan } from './wrap/dbt-arguments.js'
export { type Environment, type Given, givenFlag } from './wrap/dbt-flags.js'
export {
  type NoConnection,
  type PostgresConnection,
  type ProfileConnection,
  profileConnection,
  profilesFiles,
} from './wrap/profile-connection.js'
export {
  logDirectories,
  projectDirectories,
  type Surroundings,
  targetDirectory,
} from './wrap/project-paths.js'
export { readableLogLine } from './wrap/readable-log.js'
export { type Resolved, resolveTemplate } from './wrap/template.js'
