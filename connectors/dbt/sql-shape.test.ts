import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAbridged, sqlShape } from './sql-shape.js'

describe('sqlShape', () => {
  it.each([
    ['select 1', 'SELECT', false],
    ['/* {"app": "dbt"; } */\n\n  insert into t values (1);', 'INSERT', false],
    ['delete from t; insert into t select 1;', 'DELETE', true],
    ["select ';' , 'it''s; fine', \"a;b\"", 'SELECT', false],
    ["select E'a\\';b'; select 2", 'SELECT', true],
    ["select E'a\\';b'", 'SELECT', false],
    ["select 'a\\'; select 2", 'SELECT', true],
    ['do $$ begin; delete from t; end; $$', 'DO', false],
    ['create function f() returns int as $body$ select 1; $body$ language sql', 'CREATE', false],
    ['select $1; select 2', 'SELECT', true],
    ['select 1 -- ; not one\n', 'SELECT', false],
    ['select 1 /* ; /* ; */ ; */', 'SELECT', false],
    ['select 1;;; \n -- end\n ;', 'SELECT', false],
    ['(select 1) union (select 2)', 'SELECT', false],
    ['with a as (select 1) insert into t select * from a', 'WITH', false],
    ['', null, false],
    ['-- nothing', null, false],
    ['alice bought; bob sold', null, true],
    ['selected', null, false],
  ])('reads %j', (sql, verb, multiStatement) => {
    expect(sqlShape(sql)).toEqual({ verb, multiStatement })
  })

  it('reads backslash escapes and flat comments where the dialect has them', () => {
    expect(sqlShape("select 'a\\'; select 2'", true).multiStatement).toBe(false)
    expect(sqlShape('/* /* */ select 1', true).verb).toBe('SELECT')
    expect(sqlShape('/* /* */ select 1', false).verb).toBeNull()
  })

  it('never throws and ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.boolean(),
        (sql, dialect) => void sqlShape(sql, dialect),
      ),
    )
    const alphabet = fc.constantFrom("'", '"', '$', '$a$', ';', '/*', '*/', '--', '\n', '\\', 'E', 'x', ' ', '(', ')')
    fc.assert(fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => void sqlShape(parts.join(''))))
  })

  it('does not count a semicolon inside a string of any content', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(sqlShape(`select '${text.replaceAll("'", "''")}' as x`).multiStatement).toBe(false)
      }),
    )
  })

  it('tells a text that dbt has cut', () => {
    expect(isAbridged(`${'x'.repeat(512)}...`)).toBe(true)
    expect(isAbridged('insert into t values (%s)\n...')).toBe(true)
    expect(isAbridged(`${'x'.repeat(513)}...`)).toBe(false)
    expect(isAbridged('select 1')).toBe(false)
  })
})
