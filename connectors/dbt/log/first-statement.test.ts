import { describe, expect, it } from 'vitest'
import { watchFirstStatement } from './first-statement.js'

const line = (name: string, ts: string, sql = 'select 1') => JSON.stringify({ data: { sql }, info: { name, ts } })

describe('the first statement in dbt’s log', () => {
  it('is the first that was sent, whatever else is logged and quoted', () => {
    const first = watchFirstStatement()
    first.take(line('MainReportVersion', '2026-03-01T09:00:00Z', '"SQLQuery"'))
    first.take('{"info": {"name": "SQLQuery", "ts": ')
    expect(first.isBefore(new Date('2026-03-01T12:00:00Z'))).toBe(false)
    first.take(line('SQLQuery', '2026-03-01T10:00:00.500000Z'))
    first.take(line('SQLQuery', '2026-03-01T11:00:00Z'))
    expect(first.isBefore(new Date('2026-03-01T10:00:00.499Z'))).toBe(false)
    expect(first.isBefore(new Date('2026-03-01T10:00:00.500Z'))).toBe(true)
  })
})
