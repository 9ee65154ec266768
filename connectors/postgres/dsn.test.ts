import { describe, expect, it } from 'vitest'
import { dsnHash, planHash, planOf, roleStatement } from './dsn.js'
import { NO_SURROUNDINGS } from './libpq/index.js'

const address = { host: 'h', port: 5432, database: 'shop', user: 'etl' }

describe('the address of a server', () => {
  it('is hashed without user and password, with the host in lower case', () => {
    expect(dsnHash('DB.example.org', 5432, 'shop')).toBe(dsnHash('db.example.org', 5432, 'shop'))
    expect(dsnHash('db.example.org', 5432, 'shop')).toMatch(/^[0-9a-f]{64}$/)
    expect(dsnHash('db.example.org', 5432, 'Shop')).not.toBe(dsnHash('db.example.org', 5432, 'shop'))
  })

  it('has one hash for one address, however it is written, and all hosts in it', () => {
    const plan = (target: Parameters<typeof planOf>[0]) => planHash(planOf(target, NO_SURROUNDINGS))
    expect(plan('postgres://etl:secret@H:5432/shop?sslmode=require')).toBe(dsnHash('h', 5432, 'shop'))
    expect(plan('host=h dbname=shop user=someone')).toBe(dsnHash('h', 5432, 'shop'))
    expect(plan(address)).toBe(dsnHash('h', 5432, 'shop'))
    expect(plan({ ...address, host: 'h,g' })).not.toBe(plan(address))
  })

  it('gives the search path as dbt gives it', () => {
    expect(planOf({ ...address, searchPath: 'shop, public' }, NO_SURROUNDINGS).options).toBe(
      '-c search_path=shop,\\ public',
    )
  })

  it('takes a role that is a name and nothing else', () => {
    expect(roleStatement(address)).toBeNull()
    expect(roleStatement('postgres://h/d')).toBeNull()
    expect(roleStatement({ ...address, role: 'Etl_1' })).toBe('set local role Etl_1')
    expect(roleStatement({ ...address, role: '"we""ird one"' })).toBe('set local role "we""ird one"')
    for (const role of ['a; drop table t', '"a" b', '"', "'a' or", 'a b'])
      expect(() => roleStatement({ ...address, role })).toThrow(TypeError)
  })
})
