import { describe, expect, it } from 'vitest'
import { clientTarget, dsnHash, tlsChoice } from './dsn.js'

describe('the address of a server', () => {
  it('is hashed without user and password, with the host in lower case', () => {
    expect(dsnHash('DB.example.org', 5432, 'shop')).toBe(dsnHash('db.example.org', 5432, 'shop'))
    expect(dsnHash('db.example.org', 5432, 'shop')).toMatch(/^[0-9a-f]{64}$/)
    expect(dsnHash('db.example.org', 5432, 'Shop')).not.toBe(dsnHash('db.example.org', 5432, 'shop'))
  })

  it("keeps libpq's sslmode out of the URI and takes an unknown one as the strictest", () => {
    expect(clientTarget('postgres://u:p@h:1/d?sslmode=require&application_name=x')).toEqual({
      config: { connectionString: 'postgres://u:p@h:1/d' },
      tls: 'encrypt',
    })
    expect(clientTarget('postgres://u@h/d').tls).toBe('prefer')
    const named = clientTarget('postgres://u@h/d?sslmode=verify-ca&sslrootcert=/ca.pem&application_name=x')
    expect(named.tls).toBe('by-url')
    expect(JSON.stringify(named.config)).toContain('uselibpqcompat=true')
    expect(JSON.stringify(named.config)).not.toContain('application_name')
    expect(tlsChoice('disable')).toBe('off')
    expect(tlsChoice('nonsense')).toBe('verify')
  })

  it('takes what a dbt profile says, and speaks no TLS over a socket', () => {
    const address = { host: '/run/postgresql', port: 5432, database: 'shop', user: 'etl' }
    expect(clientTarget(address)).toEqual({ config: address, tls: 'off' })
    expect(clientTarget({ ...address, host: 'h', sslmode: 'verify-full' }).tls).toBe('verify')
  })

  it('refuses what is no postgres URI', () => {
    expect(() => clientTarget('mysql://h/d')).toThrow(TypeError)
    expect(() => clientTarget('host=h dbname=d')).toThrow(TypeError)
  })
})
