import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { manifestOf, type Result, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { readManifest } from '../artifacts/manifest.js'
import { readRunResults } from '../artifacts/run-results.js'
import { claimedSuccess } from './claimed-success.js'

const recorded = (run: string, file: string): Uint8Array =>
  readFileSync(new URL(`../../../examples/dbt-postgres/recorded/${run}/target/${file}`, import.meta.url))

function ofRecording(run: string, leaveOut: (id: string) => boolean = () => false): boolean | null {
  const runResults = readRunResults(recorded(run, 'run_results.json'))
  const rows = runResults.rows.filter(({ unique_id: id }) => !leaveOut(id))
  return claimedSuccess({ ...runResults, rows }, readManifest(recorded(run, 'manifest.json')))
}

describe('what the results alone tell of how a command ended', () => {
  it('is success where every step of the project is there and went well', () => {
    expect(ofRecording('good')).toBe(true)
  })

  it('is failure where a step failed', () => {
    expect(ofRecording('failing')).toBe(false)
  })

  it.each(['model.', 'test.', 'seed.', 'operation.'])('is not told where a step is not there: %s', (kind) => {
    expect(ofRecording('good', (id) => id.startsWith(kind))).toBeNull()
  })

  const only = (rows: Result[], options: Parameters<typeof runResultsOf>[1]) =>
    claimedSuccess(readRunResults(runResultsOf(rows, options)), readManifest(manifestOf()))

  it('is not told of a command that may do a part of the project only', () => {
    expect(only([{ unique_id: 'model.shop.orders', status: 'success' }], { which: 'retry' })).toBeNull()
  })

  it('is failure of such a command too', () => {
    expect(only([{ unique_id: 'model.shop.orders', status: 'error' }], { which: 'retry' })).toBe(false)
  })

  it('is not told without the manifest, which says what there was to do', () => {
    expect(claimedSuccess(readRunResults(recorded('good', 'run_results.json')), null)).toBeNull()
  })
})
