import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isScaffolding } from './scaffolding.js'
import { dialectOf } from './sql-dialect.js'
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
    expect(sqlShape("select 'a\\'; select 2'", dialectOf('spark')).multiStatement).toBe(false)
    expect(sqlShape('/* /* */ select 1', dialectOf('spark')).verb).toBe('SELECT')
    expect(sqlShape('/* /* */ select 1', dialectOf('postgres')).verb).toBeNull()
  })

  it('never throws and ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('postgres', 'bigquery', 'snowflake', null),
        (sql, adapter) => void sqlShape(sql, dialectOf(adapter)),
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

describe('scaffolding', () => {
  it.each([
    'create temp table x as select 1',
    'create local temporary view "x" as select 1',
    'create  table "db"."s"."orders__dbt_tmp" as (select 1)',
    'create or replace view `p`.`d`.`orders__dbt_tmp` as select 1',
    '/* c */ create unlogged table s.orders__dbt_tmp_2026 (id int); create index on s.orders__dbt_tmp_2026 (id)',
    'create index if not exists "ab" on "s"."orders__dbt_tmp" using hash (id)',
    'drop materialized view if exists "s"."orders__dbt_backup" cascade',
    'insert into orders__dbt_tmp123 select 1; delete from orders__dbt_tmp123',
  ])('is what dies with the session or has a name of dbt: %s', (sql) => {
    expect(isScaffolding(sql)).toBe(true)
  })

  it.each([
    'create table orders as select * from temp',
    'alter table "s"."orders__dbt_tmp" rename to "orders"',
    'alter table "s"."orders" rename to "orders__dbt_backup"',
    'create temp table x as select 1; delete from orders',
    'drop table if exists "s"."orders__dbt_backup", orders cascade',
    'insert into orders select * from orders__dbt_tmp',
    'create table "orders__dbt_tmp"."orders" as select 1',
    "insert into notes values ('__dbt_tmp')",
    'create table "a""b__dbt_tmp"."c" (x int)',
    'my__dbt_tmp',
    '',
  ])('is nothing else: %s', (sql) => {
    expect(isScaffolding(sql)).toBe(false)
  })
})
