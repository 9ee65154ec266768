import * as z from 'zod'
import { OPTIONAL_ATTRIBUTES } from './check-attributes.js'
import { COMMON_SHAPES } from './families/index.js'
import { ATTRIBUTE_TEXT, DECIMAL, HEX_DIGEST, ID, ORIGIN, SUBMITTER, TYPE, URI_REFERENCE } from './grammar/index.js'
import { CLYRA_REGISTRY } from './registry.js'

/** Where the schemas are published. */
const BASE = 'https://clyra.dev/events/'
const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/**
 * The JSON Schemas (2020-12) of `spec/events/`, made from the code that admits events: file name -> text. One of the
 * whole record, one for the data of each type of Clyra. What a schema cannot say (canonical form, valid instants, a
 * key's id being its hash) is in `spec/events/README.md`.
 */
export function eventSchemaFiles(): ReadonlyMap<string, string> {
  const files = new Map([['record.schema.json', text(recordSchema())]])
  for (const { type, schema } of CLYRA_REGISTRY.types())
    files.set(`${type}.schema.json`, schemaOf(schema, `${BASE}${type}.schema.json`, `data of ${type}`))
  return files
}

/** The schemas of `spec/common/`: shapes that records of several families, and manifests, have in common. */
export function commonSchemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(COMMON_SHAPES).map(([name, schema]) => [
      `${name}.schema.json`,
      schemaOf(schema, `https://clyra.dev/spec/common/${name}.schema.json`, name),
    ]),
  )
}

function schemaOf(schema: z.ZodType, $id: string, title: string): string {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { target: 'draft-2020-12' })
  return text({ $schema: DIALECT, $id, title, ...body })
}

/** The envelope of a stored record, as `parseRecord` checks it. */
function recordSchema() {
  const pattern = (grammar: RegExp) => ({ type: 'string', pattern: grammar.source })
  const optional = Object.fromEntries(
    Object.entries(OPTIONAL_ATTRIBUTES).map(([name, [grammar]]) => [name, pattern(grammar)]),
  )
  const required = {
    data: { type: 'object' },
    id: pattern(ID),
    ledger: pattern(ORIGIN),
    prev: pattern(HEX_DIGEST),
    recordedat: pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/),
    revision: pattern(DECIMAL),
    source: pattern(URI_REFERENCE),
    specversion: { const: '1.0' },
    stream: pattern(/^[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}$/),
    submitter: pattern(SUBMITTER),
    time: pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$/),
    type: pattern(TYPE),
  }
  return {
    $schema: DIALECT,
    $id: `${BASE}record.schema.json`,
    title: 'one record of a ledger',
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    propertyNames: { pattern: '^[a-z0-9]{1,20}$' },
    additionalProperties: pattern(ATTRIBUTE_TEXT),
  }
}

function text(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
