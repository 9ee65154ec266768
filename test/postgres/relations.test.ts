import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  LISTED_COLUMNS,
  type RelationReading,
  type RelationsOptions,
  readAnchor,
  readRelations,
  readSchemas,
  relationDraft,
  withPostgres,
} from '../../connectors/postgres/index.js'
import { canonicalBytes } from '../../src/canonical/index.js'
import { FAMILIES } from '../../src/events/index.js'
import type { ClaimedRelation } from '../../src/ports/index.js'
import { type RunningPostgres, requireService, startPostgres } from '../services/index.js'

const claim = (name: string, database: string | null = 'postgres', schema = 'shop'): ClaimedRelation => ({
  node: `model.shop.${name}`,
  relation: [database, schema, name],
})

describe.runIf(requireService('postgres'))('relations and schemas of real servers', () => {
  describe.each([13, 15, 18] as const)('PostgreSQL %i', (major) => {
    let server: RunningPostgres
    beforeAll(async () => {
      server = await startPostgres({ major })
      await server.query(`create schema shop; create schema "we""ird";
        create table shop.orders (order_id integer, note varchar(20), paid numeric(10,2), gone text);
        alter table shop.orders drop column gone;
        insert into shop.orders values (1, 'a', 1.5), (2, 'b', 2);
        create view shop.orders_view as select * from shop.orders;
        create materialized view shop.orders_mat as select * from shop.orders;
        create table shop.nothing (n integer);
        create table shop.parts (n integer) partition by range (n);
        create table shop.part1 partition of shop.parts for values from (0) to (10);
        insert into shop.parts values (1);
        create table "we""ird"."na me" as select 1 as "select";
        create table shop.wide (${Array.from({ length: 1200 }, (_, i) => `${'c'.repeat(58)}${i} int`).join(', ')});
        create role nobody_here login; create role policed login;
        create table shop.policed as select 1 as n; alter table shop.policed enable row level security;
        grant usage on schema shop to policed; grant select on shop.policed to policed;
        analyze shop.orders`)
    })
    afterAll(() => server.stop())

    const readAs = async (user: string, claims: ClaimedRelation[], options: RelationsOptions = {}) => {
      const outcome = await readRelations(server.urlFor({ user }), claims, options)
      if (!outcome.ok) throw new Error(outcome.failure.detail)
      for (const reading of outcome.value) {
        expect(FAMILIES.snapshot['dev.clyra.snapshot.relation.v1'].parse(reading)).toEqual(reading)
        expect(canonicalBytes(reading).length).toBeLessThan(60_000)
      }
      return outcome.value
    }
    const readOne = async (claimed: ClaimedRelation, options?: RelationsOptions): Promise<RelationReading> => {
      const [reading] = await readAs('postgres', [claimed], options)
      if (reading === undefined) throw new Error('nothing read')
      return reading
    }

    it('tells a table with its columns, rows and newest commit', async () => {
      const [{ start } = {}] = await server.query(
        'select to_char(now() at time zone \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') as start',
      )
      await server.query("insert into shop.orders values (3, 'c', 3); analyze shop.orders")
      const reading = await readOne(claim('orders'))
      expect(reading).toMatchObject({
        present: true,
        kind: 'table',
        columns: [
          ['order_id', 'integer'],
          ['note', 'character varying(20)'],
          ['paid', 'numeric(10,2)'],
        ],
        estimatedRows: '3',
        unavailable: null,
      })
      expect(reading.newestCommit! >= String(start)).toBe(true)
      expect(relationDraft('run-1', reading)).toMatchObject({ runid: 'run-1', data: { node: 'model.shop.orders' } })
    })

    it('tells kinds, and why there is no newest commit', async () => {
      const names = ['orders_view', 'orders_mat', 'nothing', 'parts', 'absent_one']
      const readings = await readAs(
        'postgres',
        names.map((name) => claim(name)),
      )
      expect(readings.map(({ present, kind, unavailable }) => [present, kind, unavailable])).toEqual([
        [true, 'view', 'not-a-table'],
        [true, 'materialized-view', null],
        [true, 'table', 'no-rows'],
        [true, 'partitioned-table', null],
        [false, null, 'absent'],
      ])
    })

    it('finds names that need quoting and takes no name for SQL', async () => {
      expect(await readOne(claim('na me', null, 'we"ird'))).toMatchObject({
        present: true,
        columns: [['select', 'integer']],
      })
      for (const name of ["x'; drop table shop.orders; --", 'Orders', 'a\0b']) {
        expect((await readOne(claim(name))).present).not.toBe(true)
      }
      expect((await readOne(claim('orders'))).present).toBe(true)
    })

    it('does not pretend to see another database', async () => {
      expect(await readOne(claim('orders', 'elsewhere'))).toMatchObject({ present: null, unavailable: 'query-failed' })
    })

    it('says permission-denied where the table, or by row security its rows, may not be read', async () => {
      expect((await readAs('nobody_here', [claim('orders')]))[0]).toMatchObject({
        present: true,
        newestCommit: null,
        unavailable: 'permission-denied',
      })
      expect((await readAs('policed', [claim('policed')]))[0]).toMatchObject({ unavailable: 'permission-denied' })
    })

    it('says too-large above the limit of bytes or of time', async () => {
      expect(await readOne(claim('orders'), { largestBytes: 100 })).toMatchObject({ unavailable: 'too-large' })
      expect(await readOne(claim('orders'), { commitBudgetMs: 0 })).toMatchObject({ unavailable: 'too-large' })
    })

    it('goes on after a locked table', async () => {
      const holder = server.query('begin; lock table shop.nothing in access exclusive mode; select pg_sleep(200)')
      const ended = holder.catch(String)
      const sleeper =
        "from pg_stat_activity where wait_event = 'PgSleep' and query like 'begin; lock table shop.nothing%'"
      while ((await server.query(`select pid ${sleeper}`)).length === 0) await sleep(20)
      const readings = await readAs('postgres', [claim('nothing'), claim('orders')], { commitBudgetMs: 3000 })
      expect(readings.map(({ unavailable }) => unavailable)).toEqual(['query-failed', null])
      await server.query(`select pg_cancel_backend(pid) ${sleeper}`)
      expect(await ended).toMatch(/cancel/)
    })

    it('cuts the columns of a very wide table and says so', async () => {
      const reading = await readOne(claim('wide'))
      expect(reading.columns).toHaveLength(LISTED_COLUMNS)
      expect(reading.columnsTruncated).toBe(true)
    })

    it('captures schemas with a fingerprint that follows structure, not rows', async () => {
      const capture = async () => {
        const outcome = await readSchemas(server.url, { phase: 'before', schemas: ['shop', 'we"ird', 'not there'] })
        if (!outcome.ok) throw new Error(outcome.failure.detail)
        expect(FAMILIES.snapshot['dev.clyra.snapshot.captured.v1'].parse(outcome.value)).toEqual(outcome.value)
        return outcome.value
      }
      const first = await capture()
      expect(first.relations.map(([schema, name, kind]) => `${schema}.${name} ${kind}`)).toContain(
        'shop.orders_view view',
      )
      await server.query('insert into shop.nothing values (1); analyze shop.nothing')
      const second = await capture()
      expect(second.schemaFingerprint).toBe(first.schemaFingerprint)
      expect(second.relations).not.toEqual(first.relations)
      await server.query('alter table shop.nothing add column more text')
      expect((await capture()).schemaFingerprint).not.toBe(first.schemaFingerprint)
      await server.query('delete from shop.nothing; alter table shop.nothing drop column more')
    })

    it('reads anchor, schemas and relations in one session, quickly for a hundred tables', async () => {
      const create = Array.from({ length: 100 }, (_, i) => `create table many.t${i} (a int, b text, c timestamptz)`)
      await server.query(`create schema many; ${create.join('; ')}`)
      const outcome = await withPostgres(server.url, async (session) => {
        const anchor = await readAnchor(session, { phase: 'before', now: () => new Date() })
        const start = performance.now()
        const schemas = await readSchemas(session, { phase: 'before', schemas: ['many'] })
        return { anchor, schemas, milliseconds: performance.now() - start }
      })
      if (!outcome.ok) throw new Error(outcome.failure.detail)
      expect(outcome.value.anchor.kind).toBe('position')
      expect(outcome.value.schemas).toMatchObject({ ok: true, value: { truncated: false } })
      process.stderr.write(
        `schemas of 100 tables on PostgreSQL ${major}: ${outcome.value.milliseconds.toFixed(1)} ms\n`,
      )
      expect(outcome.value.milliseconds).toBeLessThan(10_000)
    })

    it('gives a failure as a value and leaves the session usable', async () => {
      const outcome = await withPostgres(server.url, async (session) => {
        const failed = await readSchemas(session, { phase: 'before', schemas: ['a\0b'] })
        return { failed, next: await readSchemas(session, { phase: 'before', schemas: ['shop'] }) }
      })
      expect(outcome).toMatchObject({
        ok: true,
        value: { failed: { ok: false, failure: { detail: '22021' } }, next: { ok: true } },
      })
    })
  })

  it('says commit-timestamps-off where the server does not keep them', async () => {
    await using server = await startPostgres({ major: 15, trackCommitTimestamp: false })
    await server.query('create table public.t as select 1 as n')
    const outcome = await readRelations(server.url, [{ node: 'model.x.t', relation: [null, 'public', 't'] }])
    expect(outcome).toMatchObject({ ok: true, value: [{ present: true, unavailable: 'commit-timestamps-off' }] })
  })
})
