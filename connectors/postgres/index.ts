export {
  type AnchorDraft,
  type AnchorType,
  anchorDraft,
  type ContradictionReason,
  isProvisional,
  lsnValue,
  type ProvisionalAnchor,
} from './anchor-draft.js'
export type { CatalogRelation, RelationKind } from './catalog.js'
export { type DescribedConnection, describeConnection } from './describe-connection.js'
export { postgresDoctor } from './doctor.js'
export { loadDriver, type PgDriver } from './driver.js'
export type { PostgresAddress, PostgresTarget } from './dsn.js'
export type { FailureKind, PostgresFailure, PostgresOutcome } from './failure.js'
export { NO_SURROUNDINGS, type SmallFile, type Surroundings, surroundingsOf } from './libpq/index.js'
export { APPLICATION_NAME } from './open-client.js'
export {
  type AnchorOptions,
  type AnchorPhase,
  type AnchorPosition,
  type AnchorReading,
  type AnchorUnavailable,
  type AnchorUnavailableCode,
  readAnchor,
  unavailableAnchor,
  unreadAnchor,
} from './read-anchor.js'
export {
  LISTED_COLUMNS,
  type RelationReading,
  type RelationsOptions,
  readRelations,
  relationDraft,
  unreadRelations,
} from './read-relations.js'
export {
  LISTED_RELATIONS,
  readSchemas,
  type SchemaSnapshot,
  type SchemasOptions,
  snapshotDraft,
  snapshotOf,
} from './read-schemas.js'
export { type PostgresState, readState } from './read-state.js'
export { type PostgresSession, type SessionOptions, withPostgres } from './session.js'
export { postgresWarehouse } from './warehouse.js'
