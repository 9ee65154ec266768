import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogBuilder, RUN } from '../../../test/dbt/dbt-files.js'
import { createDbtLogReader } from './dbt-log-reader.js'
import { KEY, MODEL, read } from './dbt-log-reader.test.support.js'

describe('the reader of dbt 1.x JSON logs, whatever the log is', () => {
  it('gives the same drafts again, and no id twice', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).statement('select 1', 'SELECT 1', MODEL).commit(MODEL)
    log.nodeEnd(MODEL, 'success').nodeEnd(MODEL, 'success').end()
    const once = read(log.lines)
    expect(read(log.lines)).toEqual(once)
    expect(new Set(once.map((event) => event.id)).size).toBe(once.length)
    expect(once.every((event) => /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(event.id))).toBe(true)
  })

  it('reads what is left of any log whose lines are cut, doubled, dropped or shuffled', () => {
    const log = new LogBuilder()
      .start()
      .nodeStart(MODEL)
      .statement('select 1; select 2', 'SELECT 1', MODEL)
      .commit(MODEL)
    log
      .query('insert into t select 1', MODEL, { thread: 'T2' })
      .line('AdapterEventDebug', { base_msg: 'Postgres error: x' }, { thread: 'T2' })
    log.nodeEnd(MODEL, 'success').end()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(log.lines.length - 1), fc.nat(400)), { maxLength: 40 }), (picks) => {
        const lines = picks.map(([i, length]) => (length > 300 ? log.lines[i]! : log.lines[i]!.slice(0, length * 3)))
        const events = read(lines)
        expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
        expect(read(lines)).toEqual(events)
      }),
    )
  })

  it('forgives members of any type', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'SQLQuery',
          'NodeFinished',
          'SQLQueryStatus',
          'EndRunResult',
          'CommandCompleted',
          'ConcurrencyLine',
        ),
        fc.jsonValue(),
        (name, data) => {
          const line = JSON.stringify({ data, info: { name, ts: 'x', thread: 3, invocation_id: null } })
          expect(() => read([line, line])).not.toThrow()
        },
      ),
    )
  })

  it('holds memory by threads and nodes, not by lines', () => {
    const reader = createDbtLogReader({ run: RUN, fingerprintKey: KEY })
    for (const line of new LogBuilder().start().nodeStart(MODEL).lines) reader.push(line)
    const [, announced, query, status] = new LogBuilder().statement(
      `insert into t select ${'1,'.repeat(500)}1`,
      'INSERT 0 1',
      MODEL,
    ).lines
    let events = 0
    for (let i = 0; i < 10_000; i++) {
      events += reader.push(announced!).length + reader.push(query!).length + reader.push(status!).length
    }
    expect(events).toBe(10_000)
    expect(reader.end().length).toBeLessThan(5)
  })
})
