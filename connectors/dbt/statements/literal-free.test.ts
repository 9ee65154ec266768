import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { literalFree } from './literal-free.js'
import { dialectOf } from './sql-dialect.js'

const postgres = dialectOf('postgres')

describe('literalFree', () => {
  it.each([
    ["select * from t where mail = 'a@b.c' and n = 42", 'select * from t where mail = ? and n = ?'],
    ['SELECT  1 -- \'secret\'\n, 2 /* secret 4711 */ FROM "T"', 'select ? from "T"'],
    ["x in ('a', 'b', 'c')", 'x in ( ? )'],
    ["x in ('a')", 'x in ( ? )'],
    ["e = E'it\\'s' or b = B'01' or u = U&'x'", 'e = ? or b = ? or u = u & ?'],
    ['n = 1.5e-3 or m = -.5 or k = 0x1F', 'n = ? - ? or m = ? or k = ?'],
    ['a - 5', 'a - ?'],
    ['do $$ begin secret end $$', 'do ?'],
    ['paid = true', 'paid = ?'],
    ['create table "s"."orders__dbt_tmp124455512313" as', 'create table "s" . "orders__dbt_tmp#" as'],
    ["select 'never ends", 'select ?'],
    ['insert into t values (%s,%s)', 'insert into t values ( % s , % s )'],
  ])('makes of %j: %j', (sql, shape) => {
    expect(literalFree(sql, postgres)).toBe(shape)
  })

  it('takes a double-quoted text for a text where the dialect has them, and where it is not known', () => {
    for (const adapter of ['bigquery', 'spark', 'mysql', null, 'unheard-of']) {
      expect(literalFree('x = "secret"', dialectOf(adapter))).toBe('x = ?')
    }
    expect(literalFree('x = "name"', dialectOf('snowflake'))).toBe('x = "name"')
  })

  it('reads the triple quotes and comments of BigQuery and of others as theirs', () => {
    expect(literalFree("select '''it's secret''' # secret\n, r'''x'''", dialectOf('bigquery'))).toBe('select ?')
    expect(literalFree("select 'a\\'secret' // secret\n from t", dialectOf('snowflake'))).toBe('select ? from t')
    expect(literalFree("select '''it''s secret'''", postgres)).toBe('select ?')
  })

  it('is the same whatever the literals and comments are, and holds none of them', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((value) => `Zq${value}zQ`)
    fc.assert(
      fc.property(text, fc.nat(), text, (secret, number, comment) => {
        const quoted = `'${secret.replaceAll("'", "''")}'`
        const sql = `select a, ${quoted}, ${number} from t -- ${comment.replaceAll(/\s/g, ' ')}\nwhere b = ${quoted}`
        expect(literalFree(sql, postgres)).toBe('select a , ? from t where b = ?')
      }),
    )
  })

  it('ends on any text and leaves no number in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('postgres', 'bigquery', null),
        (sql, name) => {
          const shape = literalFree(sql, dialectOf(name))
          expect(shape).not.toMatch(/(?<![\w$\u0080-\uffff"`])[0-9]/)
        },
      ),
    )
  })
})
