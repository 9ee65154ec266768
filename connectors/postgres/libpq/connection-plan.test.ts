import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionPlan } from './connection-plan.js'
import { parseConninfo } from './conninfo.js'
import { passwordIn } from './passfile.js'
import { serviceParameters } from './service-file.js'
import { NO_SURROUNDINGS, type SmallFile, type Surroundings } from './surroundings.js'

type Files = Readonly<Record<string, string | Partial<SmallFile>>>
const around = (files: Files = {}, env: Surroundings['env'] = {}): Surroundings => ({
  ...NO_SURROUNDINGS,
  env,
  home: '/home/ada',
  user: 'ada',
  uid: 1000,
  read: (path) => {
    const file = files[path]
    if (file === undefined) return undefined
    return { text: '', mode: 0o600, uid: 1000, ...(typeof file === 'string' ? { text: file } : file) }
  },
})
const plan = (given: Parameters<typeof connectionPlan>[0], files?: Files, env?: Surroundings['env']) =>
  connectionPlan(given, around(files, env))

describe('a connection string', () => {
  it('is read as a URI, with several hosts and what is percent-encoded', () => {
    expect(
      parseConninfo('postgresql://a%40b:p%3Aw@one:1,[::1]:2,%2Frun%2Fpg/my%20db?sslmode=require&options=-c%20a%3Db'),
    ).toEqual({
      user: 'a@b',
      password: 'p:w',
      host: 'one,::1,/run/pg',
      port: '1,2,',
      dbname: 'my db',
      sslmode: 'require',
      options: '-c a=b',
    })
    expect(parseConninfo('postgres://')).toEqual({})
    expect(parseConninfo('postgres:///db?host=/tmp&application_name=x&ssl=true')).toEqual({
      dbname: 'db',
      host: '/tmp',
      sslmode: 'require',
    })
  })

  it('is read as keywords and values, quoted where they need it', () => {
    expect(parseConninfo("host = one,two port=5433 password='it\\'s \\\\ me' dbname='' ")).toEqual({
      host: 'one,two',
      port: '5433',
      password: "it's \\ me",
      dbname: '',
    })
  })

  it.each([
    'mysql://h/d',
    'nonsense',
    "host='open",
    'host=a b',
    'sslmod=verify-full',
    'postgres://h:x/d',
    'postgres://%zz/d',
  ])('is refused where libpq refuses it, without being quoted: %s', (text) =>
    expect(() => parseConninfo(text)).toThrow(TypeError),
  )

  it('gives back every value that was written as libpq wants it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        const quoted = value.replace(/['\\]/g, '\\$&')
        expect(parseConninfo(`user='${quoted}' host=h`)).toEqual({ user: value, host: 'h' })
        expect(parseConninfo(`postgres://h/d?user=${encodeURIComponent(value)}`)).toMatchObject({ user: value })
      }),
    )
  })
})

describe('where a session is opened', () => {
  it('takes what is given, then the service, then variables, then defaults', () => {
    const files = {
      '/home/ada/.pg_service.conf': '# mine\n[other]\nhost=x\n[wh]\nhost=from-service\nuser=from-service\n',
    }
    const env = { PGSERVICE: 'wh', PGUSER: 'from-variable', PGPORT: '6000', PGDATABASE: 'from-variable' }
    expect(plan({ dbname: 'given' }, files, env)).toMatchObject({
      hosts: [{ host: 'from-service', port: 6000 }],
      user: 'from-service',
      database: 'given',
    })
    expect(plan({})).toMatchObject({
      hosts: [{ host: '/var/run/postgresql' }, { host: '/tmp' }],
      user: 'ada',
      database: 'ada',
      sessionAttributes: 'any',
    })
    expect(() => plan({ service: 'absent' }, files)).toThrow(/service/)
  })

  it('finds the service file where PGSERVICEFILE says, and then the system’s', () => {
    const files = { '/mine': '[a]\nhost=a\n', '/etc/pg/pg_service.conf': '[b]\nhost=b\n' }
    const env = { PGSERVICEFILE: '/mine', PGSYSCONFDIR: '/etc/pg' }
    expect(plan({ service: 'a' }, files, env).hosts[0]?.host).toBe('a')
    expect(plan({ service: 'b' }, files, env).hosts[0]?.host).toBe('b')
    expect(() => serviceParameters('[a]\nnonsense', 'a')).toThrow(TypeError)
    expect(() => serviceParameters('[a]\nservice=b', 'a')).toThrow(TypeError)
  })

  it('goes through several hosts, with one port or one each', () => {
    expect(plan({ host: 'a,b', port: '1', user: 'u' }).hosts.map(({ host, port }) => [host, port])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(plan({ host: 'a,b', hostaddr: '10.0.0.1,10.0.0.2', port: '1,2' }).hosts[1]).toMatchObject({
      host: 'b',
      hostaddr: '10.0.0.2',
      port: 2,
    })
    for (const wrong of [
      { host: 'a,b,c', port: '1,2' },
      { host: 'a,b', hostaddr: 'c' },
      { host: 'a', port: '70000' },
    ])
      expect(() => plan(wrong)).toThrow()
  })

  it('reads the password file only where nobody else may, and a given password wins', () => {
    const text = '# mine\nh:5432:d:u:s3cret:with\\:colon\n*:*:*:*:any\n'
    const password = (file: Partial<SmallFile>, given = {}, env = {}) =>
      plan({ host: 'h', dbname: 'd', user: 'u', ...given }, { '/home/ada/.pgpass': file }, env).hosts[0]?.password
    expect(password({ text })).toBe('s3cret:with:colon')
    expect(password({ text }, { host: 'g' })).toBe('any')
    expect(password({ text }, { password: 'given' })).toBe('given')
    expect(password({ text }, {}, { PGPASSWORD: 'variable' })).toBe('variable')
    // dbt demands a password; an empty one sends libpq to the password file, not to the variable.
    expect(password({ text }, { password: '' }, { PGPASSWORD: 'variable' })).toBe('s3cret:with:colon')
    expect(password({ text, mode: 0o640 })).toBeUndefined()
    expect(plan({}, { '/home/ada/.pgpass': { mode: 0o644 } }).warnings).toHaveLength(1)
    expect(passwordIn('localhost:5432:d:u:socket', { host: 'localhost', port: '5432', database: 'd', user: 'u' })).toBe(
      'socket',
    )
    expect(passwordIn('a\\:b:*:*:*:x', { host: 'a:b', port: '1', database: 'd', user: 'u' })).toBe('x')
  })

  it('has the limits that are given', () => {
    expect(plan({ connect_timeout: '10' }).connectTimeoutMs).toBe(10_000)
    expect(plan({ connect_timeout: '0' }).connectTimeoutMs).toBeUndefined()
    expect(plan({}, {}, { PGCONNECT_TIMEOUT: '1' }).connectTimeoutMs).toBe(2000)
    expect(plan({ keepalives_idle: '30' }).keepAlive).toEqual({ on: true, idleMs: 30_000 })
    expect(plan({ keepalives: '0' }).keepAlive.on).toBe(false)
    expect(() => plan({ connect_timeout: 'soon' })).toThrow()
    expect(() => plan({ target_session_attrs: 'fast' })).toThrow()
  })
})

describe('TLS', () => {
  const attempts = (sslmode: string | undefined, files: Files = {}, more = {}) =>
    plan({ host: 'h', ...(sslmode === undefined ? {} : { sslmode }), ...more }, files).attempts.map(({ tls }) =>
      tls === 'off' ? 'off' : tls.verify,
    )
  const root = { '/home/ada/.postgresql/root.crt': 'PEM' }

  it.each([
    ['disable', ['off'], ['off']],
    ['allow', ['off', 'none'], ['off', 'chain']],
    [undefined, ['none', 'off'], ['chain', 'off']],
    ['prefer', ['none', 'off'], ['chain', 'off']],
    ['require', ['none'], ['chain']],
    ['verify-ca', undefined, ['chain']],
    ['verify-full', undefined, ['host']],
  ])('with %s is tried as libpq tries it, without and with a root certificate', (mode, without, withRoot) => {
    if (without === undefined) expect(() => attempts(mode)).toThrow(/sslrootcert/)
    else expect(attempts(mode)).toEqual(without)
    expect(attempts(mode, root)).toEqual(withRoot)
  })

  it('takes the authorities of the system only with verify-full', () => {
    expect(attempts('verify-full', {}, { sslrootcert: 'system' })).toEqual(['host'])
    expect(() => attempts('verify-ca', {}, { sslrootcert: 'system' })).toThrow(/verify-full/)
    expect(() => attempts('verify_full')).toThrow(/sslmode/)
  })

  it('refuses a private key that others may read, and one that is not there', () => {
    const key = (file: Partial<SmallFile> | undefined) =>
      plan(
        { sslmode: 'require', sslcert: '/c', sslkey: '/k' },
        { '/c': 'CERT', ...(file === undefined ? {} : { '/k': { text: 'KEY', ...file } }) },
      ).attempts[0]?.tls
    expect(key({ mode: 0o600 })).toMatchObject({ cert: 'CERT', key: 'KEY' })
    expect(key({ mode: 0o640, uid: 0 })).toMatchObject({ key: 'KEY' })
    expect(() => key({ mode: 0o640 })).toThrow(/sslkey/)
    expect(() => key(undefined)).toThrow(/sslkey/)
  })
})
