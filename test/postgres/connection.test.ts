import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  NO_SURROUNDINGS,
  type PostgresTarget,
  readRelations,
  readState,
  type Surroundings,
  surroundingsOf,
  withPostgres,
} from '../../connectors/postgres/index.js'
import { freePort, type RunningPostgres, requireService, startPostgres } from '../services/index.js'
import { type Certificates, makeCertificates } from './certificates.js'
import { slowProxy } from './slow-proxy.js'

/** Whether the session is encrypted, who it is, and its role; or what went wrong. */
async function sessionAt(target: PostgresTarget, surroundings: Surroundings = NO_SURROUNDINGS) {
  const outcome = await withPostgres(
    target,
    (session) =>
      session.readOnly(async (query) => {
        const [rows] = await query(
          `select (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as tls, session_user::text as login,
            current_user::text as role, inet_server_port() as port`,
        )
        return rows?.[0] ?? {}
      }),
    { surroundings, deadlineMs: 20_000 },
  )
  return outcome.ok ? outcome.value : { failed: outcome.failure.kind, detail: outcome.failure.detail }
}

describe.runIf(requireService('postgres') && requireService('openssl'))('a session opened as libpq opens it', () => {
  let files: Certificates
  let server: RunningPostgres
  beforeAll(async () => {
    files = makeCertificates()
    writeFileSync(
      files.path('hba.conf'),
      [
        'hostssl all tls_only 127.0.0.1/32 trust',
        'host all tls_only 127.0.0.1/32 reject',
        'hostnossl all plain_only 127.0.0.1/32 trust',
        'host all plain_only 127.0.0.1/32 reject',
        'hostssl all cert_only 127.0.0.1/32 cert',
        'host all with_password 127.0.0.1/32 scram-sha-256',
        'host all all 127.0.0.1/32 trust',
      ].join('\n'),
      { mode: 0o644 },
    )
    server = await startPostgres({
      major: 15,
      settings: {
        ssl: 'on',
        ssl_ca_file: files.path('ca.crt'),
        ssl_cert_file: files.path('server.crt'),
        ssl_key_file: files.path('server.key'),
        hba_file: files.path('hba.conf'),
      },
    })
    await server.query(`create role tls_only login; create role plain_only login; create role cert_only login;
      create role with_password login password 'a:b'; create role builder; create role member login noinherit in role builder;
      create schema shop authorization builder; set role builder; create table shop.orders as select 1 as n`)
  })
  afterAll(async () => {
    await server.stop()
    rmSync(files.folder, { recursive: true, force: true })
  })

  const at = (host: string, more: Partial<Exclude<PostgresTarget, string>> = {}) => ({
    host,
    port: server.port,
    database: 'postgres',
    user: 'postgres',
    ...more,
  })
  const local = (env: Record<string, string> = {}) => surroundingsOf(env, files.folder)

  it('checks authority and host with verify-full, the authority alone with verify-ca', async () => {
    const root = { sslrootcert: files.path('ca.crt') }
    expect(await sessionAt(at('localhost', { sslmode: 'verify-full', ...root }), local())).toMatchObject({ tls: true })
    expect(await sessionAt(at('127.0.0.1', { sslmode: 'verify-ca', ...root }), local())).toMatchObject({ tls: true })
    expect(await sessionAt(at('127.0.0.1', { sslmode: 'verify-full', ...root }), local())).toEqual({
      failed: 'failed',
      detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    const other = { sslrootcert: files.path('other-ca.crt') }
    for (const sslmode of ['verify-full', 'verify-ca', 'require'])
      expect(await sessionAt(at('localhost', { sslmode, ...other }), local())).toMatchObject({ failed: 'failed' })
    // The name is that of `host`, where the address is given beside it.
    const uri = `postgres://postgres@localhost:${server.port}/postgres?hostaddr=127.0.0.1&sslmode=verify-full`
    expect(await sessionAt(`${uri}&sslrootcert=${files.path('ca.crt')}`, local())).toMatchObject({ tls: true })
  })

  it('takes certificates and mode from PGSSL variables', async () => {
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: files.path('ca.crt') }
    expect(await sessionAt(at('localhost'), local(env))).toMatchObject({ tls: true })
    const wrong = { ...env, PGSSLROOTCERT: files.path('other-ca.crt') }
    expect(await sessionAt(at('localhost'), local(wrong))).toMatchObject({ failed: 'failed' })
  })

  it('shows its own certificate where the server asks for one', async () => {
    const own = { sslcert: files.path('client.crt'), sslkey: files.path('client.key'), sslmode: 'require' }
    expect(await sessionAt(at('localhost', { user: 'cert_only', ...own }), local())).toMatchObject({
      tls: true,
      login: 'cert_only',
    })
    expect(await sessionAt(at('localhost', { user: 'cert_only', sslmode: 'require' }), local())).toMatchObject({
      failed: 'refused',
    })
  })

  it.each([
    ['disable', 'postgres', false],
    ['allow', 'postgres', false],
    ['prefer', 'postgres', true],
    [undefined, 'postgres', true],
    ['require', 'postgres', true],
    ['allow', 'tls_only', true],
    ['prefer', 'plain_only', false],
  ])('with sslmode %s is for %s encrypted: %s', async (sslmode, user, tls) => {
    const mode = sslmode === undefined ? {} : { sslmode }
    expect(await sessionAt(at('127.0.0.1', { user, ...mode }))).toMatchObject({ tls, login: user })
  })

  it('is refused with the server’s SQLSTATE where no attempt is let in', async () => {
    expect(await sessionAt(at('127.0.0.1', { user: 'tls_only', sslmode: 'disable' }))).toEqual({
      failed: 'refused',
      detail: '28000',
    })
    expect(await sessionAt(at('127.0.0.1', { user: 'with_password', password: 'wrong' }))).toEqual({
      failed: 'refused',
      detail: '28P01',
    })
    expect(await sessionAt(at('127.0.0.1', { database: 'absent' }))).toEqual({ failed: 'refused', detail: '3D000' })
  })

  it('takes the password from the password file, and none that others may read', async () => {
    const passfile = files.path('pgpass')
    writeFileSync(passfile, `127.0.0.1:${server.port}:*:with_password:a:b\n`, { mode: 0o600 })
    const target = at('127.0.0.1', { user: 'with_password', password: '' })
    expect(await sessionAt(target, local({ PGPASSFILE: passfile }))).toMatchObject({ login: 'with_password' })
    rmSync(passfile)
    writeFileSync(passfile, `*:*:*:*:a:b\n`, { mode: 0o644 })
    expect(await sessionAt(target, local({ PGPASSFILE: passfile }))).toEqual({
      failed: 'refused',
      detail: 'NO_PASSWORD',
    })
  })

  it('finds the server that a service names', async () => {
    const service = `[warehouse]\nhost=localhost\nport=${server.port}\nuser=with_password\npassword=a:b\ndbname=postgres\n`
    writeFileSync(join(files.folder, '.pg_service.conf'), service)
    expect(await sessionAt('service=warehouse', local())).toMatchObject({ login: 'with_password', port: server.port })
    expect(await sessionAt('postgres://', local({ PGSERVICE: 'warehouse' }))).toMatchObject({ login: 'with_password' })
    expect(await sessionAt('service=elsewhere', local())).toEqual({ failed: 'failed', detail: 'SERVICE_UNKNOWN' })
  })

  it('goes on to the next host where one is dead, or listens and never answers', async () => {
    const dead = await freePort()
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const silentPort = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const uri = `postgres://postgres@127.0.0.1:${dead},127.0.0.1:${silentPort},127.0.0.1:${server.port}/postgres`
      expect(await sessionAt(`${uri}?connect_timeout=2`)).toMatchObject({ port: server.port })
      const hosts = `host=127.0.0.1,127.0.0.1 port=${dead},${server.port} user=postgres`
      expect(await sessionAt(`${hosts} target_session_attrs=read-write`)).toMatchObject({ port: server.port })
      expect(await sessionAt(`${hosts} target_session_attrs=standby`)).toEqual({
        failed: 'refused',
        detail: 'SESSION_ATTRS',
      })
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  })

  it('has the role and the search path of the profile', async () => {
    const claimed = [{ node: 'model.shop.orders', relation: ['postgres', 'shop', 'orders'] as const }]
    const without = await readRelations(at('127.0.0.1', { user: 'member' }), claimed)
    expect(without).toMatchObject({ ok: true, value: [{ present: true, unavailable: 'permission-denied' }] })
    const target = at('127.0.0.1', { user: 'member', role: 'builder', searchPath: 'shop, public' })
    expect(await sessionAt(target)).toMatchObject({ login: 'member', role: 'builder' })
    expect(await readRelations(target, claimed)).toMatchObject({ ok: true, value: [{ unavailable: null }] })
    expect(await sessionAt({ ...target, role: 'absent' })).toEqual({ failed: 'failed', detail: '22023' })
  })

  it('reads anchor, schemas and relations of a server 90 ms away, and of one that takes 1.5 s to answer', async () => {
    const claimed = Array.from({ length: 60 }, (_, i) => ({
      node: `model.shop.m${i}`,
      relation: ['postgres', 'shop', i === 0 ? 'orders' : `absent${i}`] as const,
    }))
    for (const delays of [{ delayMs: 90 }, { firstMs: 1500 }]) {
      await using proxy = await slowProxy(server.port, delays)
      const start = performance.now()
      const outcome = await withPostgres(
        at('127.0.0.1', { port: proxy.port, sslmode: 'require', user: 'postgres' }),
        async (session) => ({
          state: await readState(session, { phase: 'after', schemas: ['shop'] }),
          relations: await readRelations(session, claimed),
        }),
        // What `clyra run dbt` allows by default.
        { deadlineMs: 5000 },
      )
      process.stderr.write(`${JSON.stringify(delays)}: ${Math.round(performance.now() - start)} ms\n`)
      expect(outcome).toMatchObject({
        ok: true,
        value: { state: { anchor: { kind: 'position' }, snapshot: { truncated: false } }, relations: { ok: true } },
      })
    }
  })
})
