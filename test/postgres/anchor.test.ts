import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AnchorReading,
  anchorDraft,
  isProvisional,
  loadDriver,
  type PostgresTarget,
  postgresDoctor,
  readAnchor,
} from '../../connectors/postgres/index.js'
import { FAMILIES } from '../../src/events/index.js'
import { freePort, type RunningPostgres, requireService, startPostgres } from '../services/index.js'

const now = () => new Date('2026-03-02T10:00:00Z')
const read = (where: PostgresTarget, phase: 'before' | 'after', deadlineMs?: number) =>
  readAnchor(where, { phase, now, ...(deadlineMs === undefined ? {} : { deadlineMs }) })
const positionOf = (reading: AnchorReading) => {
  if (reading.kind !== 'position') throw new Error(`unavailable: ${JSON.stringify(reading.unavailable)}`)
  return reading.position
}
const pair = (before: AnchorReading, after: AnchorReading) => {
  const first = anchorDraft('run-1', before)
  if (!isProvisional(first)) throw new Error(`not provisional: ${first.type}`)
  return anchorDraft('run-1', after, first)
}
/** A port of loopback that the server holds from the moment it is given. */
const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
/** What ends at a deadline of half a second ends long before this, on a busy machine too; without one it never does. */
const SOON_MS = 20_000

describe.runIf(requireService('postgres'))('anchors of real servers', () => {
  describe.each([13, 15, 18] as const)('PostgreSQL %i', (major) => {
    let server: RunningPostgres
    beforeAll(async () => {
      server = await startPostgres({ major, trackCommitTimestamp: major !== 18 })
    })
    afterAll(() => server.stop())

    it('is confirmed after a run that wrote', async () => {
      const before = await read(server.url, 'before')
      await server.query('create table written as select generate_series(1, 1000) as n')
      const after = await read(server.url, 'after')
      const confirmed = pair(before, after)
      expect(confirmed.type).toBe('dev.clyra.anchor.confirmed.v1')
      expect(FAMILIES.anchor['dev.clyra.anchor.confirmed.v1'].parse(confirmed.data)).toEqual(confirmed.data)
      expect(positionOf(before)).toMatchObject({ timeline: '1', anchorSessionXid: null, failed: [] })
      expect(positionOf(before).serverVersion).toMatch(new RegExp(`^${major}\\.`))
      expect(positionOf(before).snapshot).toMatch(/^\d+:\d+:/)
      const [control] = await server.query('select system_identifier::text as id from pg_control_system()')
      expect(positionOf(after).systemIdentifier).toBe(control?.['id'])
    })

    it('warns where it should', async () => {
      const warnings = [
        ...(major < 15 ? ['server-version-best-effort'] : []),
        ...(major === 18 ? ['commit-timestamps-off'] : []),
      ]
      expect(positionOf(await read(server.url, 'before')).warnings).toEqual(warnings)
      const findings = await postgresDoctor(server.url)
      expect(findings.filter(({ status }) => status === 'fail')).toEqual([])
      expect(findings.find(({ check }) => check === 'postgres-version')?.status).toBe(major < 15 ? 'warn' : 'ok')
      expect(findings.find(({ check }) => check === 'postgres-commit-timestamps')?.status).toBe(
        major === 18 ? 'warn' : 'ok',
      )
    })

    it('is contradicted by another server on the same port', async () => {
      const before = await read(server.url, 'before')
      await server.crash()
      const other = await startPostgres({ major, port: server.port })
      try {
        const contradicted = pair(before, await read(other.url, 'after'))
        expect(contradicted.type).toBe('dev.clyra.anchor.contradicted.v1')
        expect(contradicted.data).toMatchObject({ reasons: ['system-identifier-differs'] })
      } finally {
        await other.stop()
        await server.restart()
      }
    })
  })

  describe('PostgreSQL 15', () => {
    let server: RunningPostgres
    beforeAll(async () => {
      server = await startPostgres({ major: 15, logStatements: true })
    })
    afterAll(() => server.stop())

    it('reads the same from an address as a dbt profile gives it', async () => {
      const { port } = server
      const address = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password: 'unused' }
      expect(positionOf(await read(address, 'before')).dsnHash).toBe(
        positionOf(await read(server.url, 'before')).dsnHash,
      )
    })

    it('reads over a unix socket, as an address and as a URI', async () => {
      const local = await startPostgres({ major: 15, settings: { unix_socket_directories: '/tmp' } })
      try {
        const address = { host: '/tmp', port: local.port, user: 'postgres', database: 'postgres' }
        const { systemIdentifier } = positionOf(await read(local.url, 'before'))
        const uri = `postgres://postgres@localhost:${local.port}/postgres?host=/tmp`
        expect(positionOf(await read(address, 'before'))).toMatchObject({ systemIdentifier })
        expect(positionOf(await read(uri, 'before')).dsnHash).toBe(positionOf(await read(address, 'before')).dsnHash)
      } finally {
        await local.stop()
      }
    })

    it('names its sessions, only reads, and leaves no transaction behind', async () => {
      const seen = (await server.settledLog()).length
      await read(server.url, 'before')
      const session = (await server.settledLog()).slice(seen).filter(({ message }) => message.startsWith('statement: '))
      expect(session.length).toBeGreaterThan(0)
      expect(new Set(session.map((entry) => entry.application_name))).toEqual(new Set(['clyra']))
      expect(session[0]?.message).toContain('read only')
      expect(await server.query("select 1 from pg_stat_activity where application_name = 'clyra'")).toEqual([])
    })

    it('names a function that its user may not call, and then confirms nothing', async () => {
      await server.query(`create role reader login;
        revoke execute on function pg_control_system() from public`)
      const url = server.urlFor({ user: 'reader' })
      const before = await read(url, 'before')
      expect(positionOf(before)).toMatchObject({ systemIdentifier: null, failed: [['pg_control_system', '42501']] })
      expect(positionOf(before).lsn).not.toBeNull()
      expect(pair(before, await read(url, 'after')).type).toBe('dev.clyra.anchor.provisional.v1')
      expect((await postgresDoctor(url)).find(({ check }) => check.endsWith('pg_control_system'))?.status).toBe('warn')
    })

    it('is LSN_MISSING with the SQLSTATE where the WAL position may not be read', async () => {
      await server.query(`create role blind login;
        revoke execute on function pg_current_wal_insert_lsn() from public`)
      const reading = await read(server.urlFor({ user: 'blind' }), 'before')
      expect(reading).toMatchObject({ kind: 'unavailable', unavailable: { code: 'LSN_MISSING', detail: '42501' } })
      await server.query('grant execute on function pg_current_wal_insert_lsn() to public')
    })

    it('cannot be led astray by functions of the same name in the search path', async () => {
      await server.query(`create role shadowed login; create schema evil; grant usage on schema evil to public;
        create function evil.pg_is_in_recovery() returns boolean language sql as 'select true';
        create function evil.pg_current_wal_insert_lsn() returns pg_lsn language sql as $$select '0/1'::pg_lsn$$;
        alter role shadowed set search_path = evil, pg_catalog`)
      expect(positionOf(await read(server.urlFor({ user: 'shadowed' }), 'before')).lsn).not.toBe('0/1')
    })

    it('refuses a real replica, and a promoted one contradicts', async () => {
      const replica = await startPostgres({ major: 15, replicaOf: server })
      try {
        const reading = await read(replica.url, 'before')
        expect(reading).toMatchObject({ kind: 'unavailable', unavailable: { code: 'REPLICA_LAG', system: 'postgres' } })
        expect((await postgresDoctor(replica.url)).find(({ check }) => check === 'postgres-recovery')?.status).toBe(
          'fail',
        )
        const before = positionOf(await read(server.url, 'before'))
        await replica.query('select pg_promote(true, 30)')
        const promoted = positionOf(await read(replica.url, 'after'))
        expect(promoted.systemIdentifier).toBe(before.systemIdentifier)
        const contradicted = pair(
          { kind: 'position', position: before },
          { kind: 'position', position: { ...promoted, dsnHash: before.dsnHash } },
        )
        expect(contradicted.data).toMatchObject({ reasons: ['timeline-differs'] })
      } finally {
        await replica.stop()
      }
    })

    it('survives a crash of the server between: the same system, confirmed', async () => {
      const before = await read(server.url, 'before')
      await server.query('create table before_crash as select 1 as n')
      await server.crash()
      expect(await read(server.url, 'after')).toMatchObject({
        kind: 'unavailable',
        observedAt: '2026-03-02T10:00:00.000Z',
        unavailable: { code: 'UNREACHABLE', detail: 'ECONNREFUSED' },
      })
      await server.restart()
      expect(pair(before, await read(server.url, 'after')).type).toBe('dev.clyra.anchor.confirmed.v1')
    })

    it('ends at its deadline with a server that is stopped in its tracks', async () => {
      const blocked = await startPostgres({ major: 15 })
      try {
        await blocked.query("alter system set authentication_timeout = '60s'")
        blocked.signal('SIGSTOP')
        const start = performance.now()
        const reading = await read(blocked.url, 'after', 700)
        expect(performance.now() - start).toBeLessThan(SOON_MS)
        expect(reading).toMatchObject({ unavailable: { code: 'POST_TIMEOUT', detail: 'timeout' } })
      } finally {
        blocked.signal('SIGCONT')
        await blocked.stop()
      }
    })
  })
})

describe('anchors where there is no server', () => {
  it('are UNREACHABLE where nothing listens, with the hash of the address and no part of it', async () => {
    const port = await freePort()
    const reading = await read(`postgres://someone:canary-password@127.0.0.1:${port}/shop`, 'before')
    expect(reading).toMatchObject({ unavailable: { code: 'UNREACHABLE', detail: 'ECONNREFUSED' } })
    expect(reading.kind === 'unavailable' && reading.unavailable.dsnHash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(reading)).not.toMatch(/canary|someone|127\.0\.0\.1/)
  })

  it('end at the deadline with a listener that never answers', async () => {
    const sockets: import('node:net').Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    const port = await listening(silent)
    try {
      const start = performance.now()
      const reading = await read(`postgres://u@127.0.0.1:${port}/d`, 'before', 500)
      expect(performance.now() - start).toBeLessThan(SOON_MS)
      expect(reading).toMatchObject({ unavailable: { code: 'TIMED_OUT', detail: 'timeout' } })
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  })

  it('take what is no connection string, and a listener that speaks another language, as values too', async () => {
    expect(await read('somewhere/shop', 'before')).toMatchObject({
      unavailable: { code: 'PRE_FAIL', detail: 'invalid-address', dsnHash: null },
    })
    const http = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const port = await listening(http)
    const reading = await read(`postgres://u@127.0.0.1:${port}/d`, 'before', 1000)
    http.close()
    expect(reading).toMatchObject({ kind: 'unavailable', unavailable: { code: 'PRE_FAIL' } })
  })

  it('say which package is missing where the client is not installed', async () => {
    const driver = () => loadDriver(() => Promise.reject(new Error('Cannot find package')))
    await expect(driver()).rejects.toMatchObject({ code: 'DRIVER_MISSING', fix: 'npm install pg' })
    const reading = await readAnchor('postgres://u@127.0.0.1/d', { phase: 'before', now, driver })
    expect(reading).toMatchObject({ unavailable: { code: 'DRIVER_MISSING', detail: null } })
    expect(await postgresDoctor('postgres://u@127.0.0.1/d', { driver })).toMatchObject([
      { check: 'postgres-connection', status: 'ok' },
      { status: 'fail', fix: 'npm install pg' },
    ])
  })
})
