import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { profileTarget } from '../dbt/index.js'
import { profileAddress } from './profile-address.js'

const PROFILES = `
shop:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, user: ada, password: "{{ env_var('PG_PASSWORD') }}", port: "{{ env_var('PG_PORT', '5433') | int }}", dbname: wh, schema: public, sslmode: require}
    odd: {type: postgres, host: "{{ target.name }}", user: a, dbname: d, schema: s}
    bare: {type: postgres, host: h, schema: s}
`

/** The address of a target as dbt's own reading of profiles.yml gives its fields. */
function addressOf(
  args: string[] = [],
  env: Record<string, string> = { PG_PASSWORD: 'p@ss/w:rd' },
  profiles = PROFILES,
) {
  const found = profileTarget({ args, env, cwd: '/w' }, 'name: shop\nprofile: shop\n', profiles)
  return found.ok ? profileAddress(found.fields) : found
}

describe('the address in a profile of type postgres', () => {
  it('is read where it is literal or env_var() only', () => {
    expect(addressOf()).toEqual({
      ok: true,
      schema: 'public',
      address: {
        host: 'localhost',
        port: 5433,
        user: 'ada',
        password: 'p@ss/w:rd',
        database: 'wh',
        sslmode: 'require',
        connectTimeout: 10,
        keepalivesIdle: 0,
      },
    })
  })

  it('is shared between targets by a merge key, as dbt reads it', () => {
    const merged = `shop:
  target: ci
  outputs:
    dev: &dev {type: postgres, host: h, port: 5433, user: a, dbname: d, schema: shop}
    ci:
      <<: *dev
      schema: shop_ci
`
    expect(addressOf([], {}, merged)).toMatchObject({ ok: true, schema: 'shop_ci', address: { host: 'h', port: 5433 } })
  })

  it('has what dbt hands to libpq: certificates, limits, role and search path, an empty host and password', () => {
    const full = `shop: {target: dev, outputs: {dev: {type: postgres, host: '', user: a, pass: '', dbname: d, schema: s,
      sslmode: verify-full, sslrootcert: /r, sslcert: /c, sslkey: "{{ env_var('KEY') }}", connect_timeout: 3,
      keepalives_idle: 30, role: etl, search_path: 's, public'}}}`
    expect(addressOf([], { KEY: '/k' }, full)).toEqual({
      ok: true,
      schema: 's',
      address: {
        host: '',
        port: 5432,
        user: 'a',
        password: '',
        database: 'd',
        sslmode: 'verify-full',
        sslrootcert: '/r',
        sslcert: '/c',
        sslkey: '/k',
        connectTimeout: 3,
        keepalivesIdle: 30,
        role: 'etl',
        searchPath: 's, public',
      },
    })
  })

  it.each([
    [['-t', 'odd'], {}, 'template'],
    [['-t', 'bare'], {}, 'field-missing'],
    [[], {}, 'variable-missing'],
    [[], { PG_PASSWORD: 'x', PG_PORT: '70000' }, 'field-missing'],
    [[], { PG_PASSWORD: 'x', PG_PORT: '54.3' }, 'field-missing'],
  ])('is refused with a reason: %j %j', (args, env, reason) => {
    expect(addressOf(args, env)).toMatchObject({ ok: false, reason })
  })

  it('is never quoted in a reason', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const profiles = `shop:\n  outputs:\n    default: {type: postgres, host: ${JSON.stringify(`CANARY${text}{{ x }}`)}, user: u, dbname: d}\n`
        expect(JSON.stringify(addressOf([], {}, profiles))).not.toContain('CANARY')
      }),
    )
  })
})
