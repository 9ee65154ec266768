import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClyraError } from '../../../src/errors/index.js'
import { json, manifestOf, RUN, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { readManifest } from '../artifacts/manifest.js'
import { readRunResults } from '../artifacts/run-results.js'
import { readDbtRun } from './read-dbt-run.js'
import { CAPTURED, files, kinds, RESULTS, text } from './sample-run.test.support.js'

describe('artefacts that cannot be read', () => {
  it.each([
    ['truncated', () => runResultsOf(RESULTS).slice(0, 90), 'DBT_ARTIFACT_INVALID'],
    ['empty', () => new Uint8Array(0), 'DBT_ARTIFACT_INVALID'],
    ['not an artefact', () => json({ a: 1 }), 'DBT_ARTIFACT_INVALID'],
    ['a manifest', () => manifestOf(), 'DBT_ARTIFACT_INVALID'],
    ['bad UTF-8', () => Uint8Array.of(0x7b, 0xff), 'DBT_ARTIFACT_INVALID'],
    [
      'without results',
      () => json({ metadata: { dbt_schema_version: 'https://x/run-results/v6.json' } }),
      'DBT_ARTIFACT_INVALID',
    ],
    ['a list', () => json([]), 'DBT_ARTIFACT_INVALID'],
    [
      'with one row without a status',
      () => json({ ...JSON.parse(text(runResultsOf(RESULTS))), results: [{}] }),
      'DBT_ARTIFACT_INVALID',
    ],
  ])(
    'record a gap where run_results is %s, keep its bytes and everything else, and quote nothing',
    (_, bytes, code) => {
      const broken = bytes()
      const run = readDbtRun(files({ runResults: broken }))
      expect(kinds(run.events).filter((kind) => /^run\./.test(kind))).toEqual([
        'run.left-out unreadable',
        'run.gap artifact-unreadable',
      ])
      expect(run.artifacts.map(({ name }) => name)).toEqual(['manifest.json', 'run_results.json'])
      expect(run.artifacts[1]!.bytes).toEqual(broken)
      expect(kinds(run.events)).toContain('dbt.statement.executed log')
      expect(run.warnings.join()).toMatch(/^run_results.json cannot be read: /)
      expect(run.warnings.join()).not.toContain('CANARY')
      expect(() => readDbtRun({ runResults: broken })).toThrow(expect.objectContaining({ code }))
    },
  )

  it('say where they stop to be JSON', () => {
    const cut = text(manifestOf()).replace('"docs":', '\n "docs"')
    expect(() => readManifest(new TextEncoder().encode(cut))).toThrow(/not valid JSON from line 2, byte 7 on$/)
    expect(() => readManifest(manifestOf().slice(0, 90))).toThrow(/from line 1, byte 90 on, where it is cut off/)
  })

  it('are read from schema version 4, results from 1, and as far as they go where they are newer, which is said', () => {
    for (const version of [4, 7, 8, 12]) expect(readManifest(manifestOf({ version }))).toMatchObject({ notes: [] })
    for (const version of [1, 3, 4, 6]) expect(readRunResults(runResultsOf(RESULTS, { version })).rows).toHaveLength(2)
    expect(() => readManifest(manifestOf({ version: 3 }))).toThrow(
      expect.objectContaining({
        code: 'DBT_ARTIFACT_UNSUPPORTED',
        message: expect.stringContaining('older than dbt 1.0'),
      }),
    )
    const newer = readDbtRun(
      files({ manifest: manifestOf({ version: 13 }), runResults: runResultsOf(RESULTS, { version: 7 }) }),
    )
    expect(kinds(newer.events).filter((kind) => kind.startsWith('run.'))).toEqual([])
    expect(newer.warnings).toEqual([
      'manifest.json has schema version 13, newer than this release knows; what it knows was read',
      'run_results.json has schema version 7, newer than this release knows; what it knows was read',
    ])
  })

  it('are read with the NaN and Infinity of Python, in UTF-16 and with a byte order mark, and kept byte for byte', () => {
    const withNaN = text(manifestOf()).replace('"docs":{}', '"docs":{"a":NaN,"b":-Infinity,"NaN":"NaN"}')
    const utf16 = Buffer.from(`\ufeff${withNaN}`, 'utf16le')
    const marked = new TextEncoder().encode(`\ufeff${text(runResultsOf(RESULTS))}`)
    const run = readDbtRun(files({ manifest: utf16, runResults: marked }))
    expect(run.events.filter(({ type }) => type !== CAPTURED)).toEqual(
      readDbtRun(files()).events.filter(({ type }) => type !== CAPTURED),
    )
    expect(run.artifacts.map(({ bytes }) => bytes)).toEqual([utf16, marked])
    expect(run.warnings).toEqual(['manifest.json holds 2 times NaN or Infinity, which were read as null'])
  })

  it('throws nothing but coded errors for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2000), (noise, cut) => {
        for (const bytes of [noise, manifestOf().slice(0, cut), runResultsOf(RESULTS).slice(0, cut)]) {
          try {
            readDbtRun({
              log: bytes,
              manifest: bytes,
              runResults: bytes,
              otel: bytes,
              queryLog: bytes,
              run: RUN,
            })
          } catch (error) {
            expect(isClyraError(error)).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
