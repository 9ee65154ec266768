import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { requireService, startPostgres } from './index.js'

describe.runIf(requireService('postgres'))('the test servers', () => {
  it.each([13, 15, 18] as const)('start PostgreSQL %i on loopback and stop it without a trace', async (major) => {
    const server = await startPostgres({ major })
    const [row] = await server.query('show server_version')
    expect(row?.['server_version']).toMatch(new RegExp(`^${major}\\.`))
    await server.stop()
    await expect(server.query('select 1')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('log every statement as JSON, recover from a crash, and take a streaming replica', async () => {
    await using primary = await startPostgres({ major: 15, logStatements: true })
    await primary.query('create table t (id int)')
    await primary.crash()
    await expect(primary.query('select 1')).rejects.toThrow()
    await primary.restart()
    await using replica = await startPostgres({ major: 15, replicaOf: primary })
    await primary.query('insert into t values (7)')
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if ((await replica.query('select id from t')).length > 0) break
      await sleep(50)
    }
    expect(await replica.query('select id, pg_is_in_recovery() as standby from t')).toEqual([{ id: 7, standby: true }])
    expect(primary.serverLog().map((entry) => entry.message)).toContain('statement: insert into t values (7)')
  })
})
