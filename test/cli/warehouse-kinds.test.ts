import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clyra, discard, RECORDED, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

function profile(output: string): void {
  writeFileSync(join(folder, 'project', 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
  writeFileSync(join(folder, 'project', 'profiles.yml'), `shop: {target: dev, outputs: {dev: ${output}}}\n`)
}
interface Finding {
  readonly check: string
  readonly status: string
  readonly message: string
  readonly fix: string | null
}
const doctor = async (): Promise<Finding[]> =>
  ((await clyraJsonHere(folder, ['doctor'])) as { findings: Finding[] }).findings.filter(({ check }) =>
    /^(warehouse|postgres)/.test(check),
  )
const anchors = async () => {
  clyra(folder, ['run', 'dbt', 'build'], { env: { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }) } })
  const { runs } = (await clyraJsonHere(folder, ['runs'])) as { runs: { run: string }[] }
  return (await clyraHere(folder, ['log', 'tail', '-n', '10000', '--stream', `run-${runs[0]?.run}`, '--json'])).stdout
    .split('\n')
    .filter((line) => line.includes('dev.clyra.anchor.'))
    .map((line) => (JSON.parse(line) as { event: { data: Record<string, unknown> } }).event.data)
}

describe('a project whose warehouse cannot be asked', () => {
  it.each(['duckdb', 'snowflake'])(
    'of %s says so, in the record and in doctor, and does not talk of Postgres',
    async (type) => {
      profile(`{type: ${type}, path: shop.db}`)
      expect(await doctor()).toMatchObject([
        { check: 'warehouse', status: 'ok', message: expect.stringContaining(type) },
      ])
      const unavailable = { system: 'unknown', code: 'NOT_SUPPORTED', detail: type, dsnHash: null }
      expect(await anchors()).toEqual([
        { ...unavailable, phase: 'before' },
        { ...unavailable, phase: 'after' },
      ])
    },
  )

  it('of Postgres that is not there: doctor shows the connection without secrets, the record what happened', async () => {
    profile(
      '{type: postgres, host: 127.0.0.1, port: 1, user: etl, password: canary-1, dbname: wh, schema: s, role: builder}',
    )
    const findings = await doctor()
    expect(findings).toMatchObject([
      {
        check: 'postgres-connection',
        status: 'ok',
        message: '127.0.0.1:1, database wh, user etl, role builder, TLS, any certificate, else no TLS, with a password',
      },
      { check: 'postgres', status: 'fail', message: 'nothing answers there (ECONNREFUSED)' },
    ])
    expect(JSON.stringify(findings)).not.toContain('canary')
    expect(await anchors()).toMatchObject([
      { phase: 'before', code: 'UNREACHABLE', detail: 'ECONNREFUSED' },
      { phase: 'after', code: 'UNREACHABLE', detail: 'ECONNREFUSED' },
    ])
  })

  it('says which parameter cannot be used', async () => {
    profile('{type: postgres, host: h, port: 1, user: etl, password: p, dbname: wh, schema: s, sslmode: verify-full}')
    expect(await doctor()).toMatchObject([
      { check: 'postgres-connection', status: 'fail', message: expect.stringContaining('SSLROOTCERT_MISSING') },
    ])
  })
})
