import { describe, expect, it } from 'vitest'
import { dsnHash, type PostgresTarget, planOf, roleStatement } from './dsn.js'
import { NO_SURROUNDINGS } from './libpq/index.js'

const address = { host: 'h', port: 5432, database: 'shop', user: 'etl' }

describe('the address of a server', () => {
  const hash = (target: PostgresTarget) => dsnHash(planOf(target, NO_SURROUNDINGS))

  it('has one hash for one address, however it is written, without user and password', () => {
    expect(hash(address)).toMatch(/^[0-9a-f]{64}$/)
    expect(hash('postgres://etl:secret@H:5432/shop?sslmode=require')).toBe(hash(address))
    expect(hash('host=h dbname=shop user=someone')).toBe(hash(address))
    expect(hash({ ...address, database: 'Shop' })).not.toBe(hash(address))
    expect(hash({ ...address, host: 'h,g' })).not.toBe(hash(address))
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
