import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relationAsKept } from './relation-names.js'

const at = (adapter: string | null, relationName: string, parts: readonly [unknown, unknown, unknown]) =>
  relationAsKept(adapter, { relationName, database: parts[0], schema: parts[1], identifier: parts[2] })

describe("a relation's name as the warehouse keeps it", () => {
  it.each([
    ['postgres', '"Db"."Shop"."MixedCase"', ['Db', 'Shop', 'MixedCase']],
    ['postgres', 'Db.Shop.MixedCase', ['db', 'shop', 'mixedcase']],
    ['postgres', '"Db".Shop.MixedCase', ['Db', 'shop', 'mixedcase']],
    ['snowflake', 'db.Shop."MixedCase"', ['DB', 'SHOP', 'MixedCase']],
    ['bigquery', '`Db`.`Shop`.`MixedCase`', ['Db', 'Shop', 'MixedCase']],
    ['databricks', '`Db`.`Shop`.`MixedCase`', ['db', 'shop', 'mixedcase']],
    ['duckdb', 'Db.Shop.MixedCase', ['Db', 'Shop', 'MixedCase']],
    ['sqlserver', '[Db].[Shop].[MixedCase]', ['Db', 'Shop', 'MixedCase']],
    [null, 'Db.Shop.MixedCase', ['Db', 'Shop', 'MixedCase']],
  ] as const)('%s: %s', (adapter, printed, kept) => {
    const parts = printed.replace(/["`[\]]/g, '').split('.')
    expect(at(adapter, printed, [parts[0], parts[1], parts[2]])).toEqual(kept)
  })

  it('takes the database that dbt names beside it where the printed name has two parts', () => {
    expect(at('postgres', 'Shop."Orders"', ['db', 'Shop', 'Orders'])).toEqual(['db', 'shop', 'Orders'])
  })

  it('is cut where the server cuts it, between characters', () => {
    const long = `${'a'.repeat(62)}\u00e9z`
    expect(at('postgres', `"d"."s"."${long}"`, ['d', 's', long])).toEqual(['d', 's', 'a'.repeat(62)])
    expect(at('snowflake', `"d"."s"."${long}"`, ['d', 's', long])).toEqual(['d', 's', long])
  })

  it.each(['orders', 'a.b.c.d', '"d"."s".', '{{ this }}', '"d"."s"."other"', ''])(
    'leaves the parts as they are where the printed name does not fit them: %s',
    (printed) => {
      expect(at('snowflake', printed, ['d', 's', 'Orders'])).toEqual(['d', 's', 'Orders'])
    },
  )

  it('never throws, and keeps a quoted name of PostgreSQL that fits in 63 bytes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (printed, name) => {
        at('postgres', printed, ['d', 's', name])
        const fits = name !== '' && new TextEncoder().encode(name).length <= 63
        if (fits) expect(at('postgres', `"d"."s"."${name.replaceAll('"', '""')}"`, ['d', 's', name])?.[2]).toBe(name)
      }),
    )
  })
})
