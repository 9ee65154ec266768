import * as fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { relationAsKept } from '../../connectors/dbt/artifacts/relation-names.js'
import { readRelations } from '../../connectors/postgres/index.js'
import { requireService, startPostgres } from '../services/index.js'

/** Names that can be written without quotes: letters of any alphabet, digits, `_` and `$`; never a keyword. */
const bare = fc
  .tuple(fc.string({ unit: fc.constantFrom(...'abzABZ_$09\u00c4\u00e9\u042f\u4e2d'), maxLength: 80 }))
  .map(([rest]) => `Nm_${rest}`)
/** Names that dbt can only quote. */
const quoted = fc
  .string({ unit: fc.constantFrom(...'aZ 9.-\u00c4\u4e2d\u{1f600}'), minLength: 1, maxLength: 80 })
  .map((name) => `q${name}`)

describe.runIf(requireService('postgres'))('names as a real PostgreSQL keeps them', () => {
  it('finds each table that was created in the spelling that dbt prints', async () => {
    await using server = await startPostgres({ major: 15 })
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const spelling = fc.oneof(
      bare.map((name) => ({ name, printed: name })),
      fc.oneof(bare, quoted).map((name) => ({ name, printed: `"${name}"` })),
    )
    try {
      await client.query('create schema "Mixed"; create schema mixed')
      await fc.assert(
        fc.asyncProperty(spelling, fc.constantFrom('"Mixed"', 'Mixed'), async ({ name, printed }, schema) => {
          const relationName = `postgres.${schema}.${printed}`
          await client.query(`create table ${relationName} (i int)`)
          try {
            const relation = relationAsKept('postgres', {
              relationName,
              database: 'postgres',
              schema: 'Mixed',
              identifier: name,
            })
            expect(relation).not.toBe(null)
            const outcome = await readRelations(server.url, [{ node: 'model.a.b', relation: relation! }])
            expect(outcome.ok && outcome.value[0]?.present).toBe(true)
          } finally {
            await client.query(`drop table ${relationName}`)
          }
        }),
        { numRuns: 60 },
      )
    } finally {
      await client.end()
    }
  })
})
