import { describe, expect, it } from 'vitest'
import { fingerprint, fingerprintKeyId, Sealable } from '../../../src/events/index.js'
import { INVOCATION, LogBuilder, OTHER_INVOCATION } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { readDbtRun } from '../run/read-dbt-run.js'

const MODEL = 'model.shop.orders'
const SHAPE_KEY = new Uint8Array(32).fill(3)

function runOf(sql: readonly string[], invocation: string, own: number, shapeKey: Uint8Array | null = SHAPE_KEY) {
  const log = new LogBuilder().start({ invocation }).nodeStart(MODEL, { invocation })
  for (const one of sql) log.statement(one, 'SELECT 1', MODEL, { invocation })
  log.nodeEnd(MODEL, 'success', {}, { invocation }).end(true, { invocation })
  const { events } = readDbtRun({
    log: log.bytes,
    fingerprintKey: new Uint8Array(32).fill(own),
    shapeKey: shapeKey ?? undefined,
  })
  return {
    shapes: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.statement.shapes.v1') ? [event] : [])),
    statements: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.statement.executed.v1') ? [event.data] : [])),
  }
}

describe('the shapes of statements', () => {
  it('are equal across runs where only literals differ, while the exact fingerprints are of one run', () => {
    const one = runOf(["select * from t where mail = 'ann@example.org'"], INVOCATION, 1)
    const other = runOf(["select *  from t where mail = 'bob@example.org' -- again"], OTHER_INVOCATION, 2)
    const same = runOf(["select * from t where mail = 'ann@example.org'"], OTHER_INVOCATION, 2)
    const [shape] = one.shapes.map(({ data }) => data)
    expect(shape?.key).toBe(fingerprintKeyId(SHAPE_KEY))
    expect(shape?.shapes).toEqual([['0', fingerprint(SHAPE_KEY, 'clyra.sql-shape/1\nselect * from t where mail = ?')]])
    expect(other.shapes[0]?.data.shapes).toEqual(shape?.shapes)
    expect(same.statements[0]?.fingerprint).not.toBe(one.statements[0]?.fingerprint)
  })

  it('are told of every statement with a text, in records of at most 128', () => {
    const { shapes, statements } = runOf(
      Array.from({ length: 300 }, (_, i) => `select ${i} from t${i}`),
      INVOCATION,
      1,
    )
    expect(shapes.map(({ data }) => data.shapes.length)).toEqual([128, 128, 44])
    const withText = statements.filter(({ text }) => text instanceof Sealable).map(({ ordinal }) => ordinal)
    expect(shapes.flatMap(({ data }) => data.shapes.map(([ordinal]) => ordinal))).toEqual(withText)
    expect(new Set(shapes.map(({ id }) => id)).size).toBe(3)
  })

  it('are not there without a key', () => {
    const { shapes } = runOf(['select 1'], INVOCATION, 1, null)
    expect(shapes).toEqual([])
  })
})
