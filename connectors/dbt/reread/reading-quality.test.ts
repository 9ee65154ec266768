import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INVOCATION, LogBuilder, manifestOf, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import { claimQualityOf, compareClaims, compareLogs, type LogQuality, logQualityOf } from './reading-quality.js'

const MODEL = 'model.shop.orders'
const whole = new LogBuilder()
  .start()
  .nodeStart(MODEL)
  .statement('create table t as select 1', 'SELECT 1', MODEL)
  .commit(MODEL)
  .nodeEnd(MODEL, 'success')
  .end()
const bytesOf = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`)
const qualityOf = (lines: readonly string[]) => logQualityOf(readDbtRun({ log: bytesOf(lines) }).events)

describe('how whole a reading of a log is', () => {
  it('is told by its own records', () => {
    expect(qualityOf(whole.lines)).toEqual({
      source: 'urn:clyra:dbt:log',
      start: true,
      end: true,
      unbroken: true,
      unreadableLines: 0,
      statements: 2,
      nodes: 1,
    })
    const artefacts = { manifest: manifestOf(), runResults: runResultsOf([]) }
    expect(logQualityOf(readDbtRun(artefacts).events)).toMatchObject({ source: null, end: false, statements: 0 })
  })

  it('is less for a log that was cut than for the whole one', () => {
    for (let cut = 1; cut < whole.lines.length - 1; cut++) {
      expect(compareLogs(qualityOf(whole.lines), qualityOf(whole.lines.slice(0, cut)))).toBeGreaterThan(0)
    }
    expect(compareLogs(qualityOf(whole.lines), qualityOf([...whole.lines]))).toBe(0)
  })

  it('is a total order', () => {
    const quality: fc.Arbitrary<LogQuality> = fc.record({
      source: fc.constantFrom(null, 'urn:clyra:dbt:otel', 'urn:clyra:dbt:log', 'urn:clyra:dbt:query-log'),
      start: fc.boolean(),
      end: fc.boolean(),
      unbroken: fc.boolean(),
      unreadableLines: fc.nat(2),
      statements: fc.nat(2),
      nodes: fc.nat(2),
    })
    fc.assert(
      fc.property(quality, quality, quality, (a, b, c) => {
        expect(Math.sign(compareLogs(a, b))).toBe(0 - Math.sign(compareLogs(b, a)))
        if (compareLogs(a, b) >= 0 && compareLogs(b, c) >= 0) expect(compareLogs(a, c)).toBeGreaterThanOrEqual(0)
        expect(compareLogs(a, a)).toBe(0)
      }),
    )
  })
})

describe('how whole a reading of the artefacts is', () => {
  it('is more with results than without, and with a manifest than without', () => {
    const of = (files: Parameters<typeof readDbtRun>[0]) => claimQualityOf(readDbtRun(files).events)
    const runResults = runResultsOf([{ unique_id: MODEL, status: 'success' }])
    const both = of({ manifest: manifestOf(), runResults })
    expect(both).toEqual({ results: true, manifest: true, nodes: 1 })
    const results = of({ runResults })
    const manifest = of({ manifest: manifestOf() })
    const none = of({ log: whole.bytes, invocation: INVOCATION })
    expect(none).toEqual({ results: false, manifest: false, nodes: 0 })
    expect([both, results, manifest, none].sort((a, b) => compareClaims(b, a))).toEqual([both, results, manifest, none])
  })
})
