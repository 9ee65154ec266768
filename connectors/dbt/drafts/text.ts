import { hex, utf8 } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'

const MAX_LABEL = 512
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Lone surrogates become U+FFFD: JSON can carry them in escapes, a record cannot. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd')
}

/**
 * A name that dbt or the warehouse gave to something, as a `label` of the event families: 1 to 512 characters. Longer
 * names keep their first 480 characters and 12 hex characters of their digest, so that two of them stay apart.
 * Null for anything that is not a non-empty string. Never for text of statements or messages.
 */
export function label(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null
  const text = wellFormed(value)
  if (text.length <= MAX_LABEL) return text
  return `${wellFormed(text.slice(0, 480))}#${hex(sha256(utf8(text))).slice(0, 12)}`
}

/** A relation as the families write it: [database, schema, identifier]; null where schema or identifier is unknown. */
export function relationOf(database: unknown, schema: unknown, identifier: unknown): Relation | null {
  const inSchema = label(schema)
  const name = label(identifier)
  return inSchema === null || name === null ? null : [label(database), inSchema, name]
}

/** [database, schema, identifier] */
export type Relation = [string | null, string, string]
