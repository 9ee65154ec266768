import { ANCHOR_STATEMENTS, type AnchorPhase, type AnchorReading, positionFrom, positionOf } from './read-anchor.js'
import { type SchemaSnapshot, schemaStatements, snapshotFrom } from './read-schemas.js'
import { attempt, type PostgresSession } from './session.js'

/** Where the server stands and what its schemas hold, of one moment. */
export interface PostgresState {
  readonly anchor: AnchorReading
  /** Null where the schemas could not be described. */
  readonly snapshot: SchemaSnapshot | null
}

/**
 * Anchor and schemas in one transaction, and in one round trip where nothing fails; else one after the other, so that
 * what can be read is. Throws the client's error where the session itself is lost.
 */
export async function readState(
  session: PostgresSession,
  options: { readonly phase: AnchorPhase; readonly schemas: readonly string[] },
): Promise<PostgresState> {
  const { dsnHash } = session
  const { phase } = options
  const schemas = schemaStatements(options.schemas.filter((name) => !name.includes('\0')))
  return session.readOnly(async (query) => {
    const whole = await attempt(query, ...ANCHOR_STATEMENTS, ...schemas)
    if (whole.ok) {
      const anchor = positionFrom(whole.rows, dsnHash, phase)
      return { anchor, snapshot: snapshotFrom(whole.rows.slice(ANCHOR_STATEMENTS.length), dsnHash, phase) }
    }
    const anchor = await positionOf(query, dsnHash, phase)
    const described = await attempt(query, ...schemas)
    return { anchor, snapshot: described.ok ? snapshotFrom(described.rows, dsnHash, phase) : null }
  })
}
