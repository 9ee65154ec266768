import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepare, seal } from '../../../src/events/index.js'
import { LogBuilder, RUN, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import { responseDraft } from './adapter-response.js'

const ANSWERED = {
  run: RUN,
  source: 'urn:test',
  invocation: 'i',
  voice: 'claim',
  node: 'model.shop.orders',
  nth: 1,
  time: null,
  does: 'builds',
} as const

function answer(response: Record<string, unknown>) {
  const draft = responseDraft(ANSWERED, response)
  return draft === null ? null : { members: draft.data.members, leftOut: draft.data.leftOut }
}

describe("an adapter's response", () => {
  it('keeps ids, bytes and slots as text, in an order of their own', () => {
    expect(
      answer({
        _message: 'CREATE TABLE (3.0 rows, 1.2 MiB processed)',
        code: 'CREATE TABLE',
        rows_affected: 3,
        slot_ms: 3266,
        bytes_processed: 879783,
        bytes_billed: 31457280.0,
        location: 'asia-northeast1',
        project_id: 'your-project',
        job_id: '4a39395d-8a72-4681-b6cf-b72535a0758a',
        query_id: null,
      }),
    ).toEqual({
      members: [
        ['bytes_billed', '31457280'],
        ['bytes_processed', '879783'],
        ['job_id', '4a39395d-8a72-4681-b6cf-b72535a0758a'],
        ['location', 'asia-northeast1'],
        ['project_id', 'your-project'],
        ['slot_ms', '3266'],
      ],
      leftOut: [],
    })
  })

  it('names what it does not keep, and never holds its value', () => {
    expect(answer({ query: "select 'secret'", query_id: 'select 1', 'a b': 1, rows_inserted: -4 })).toEqual({
      members: [],
      leftOut: ['query', 'query_id', 'rows_inserted', 'unnamed'],
    })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (response) => {
        const draft = responseDraft(ANSWERED, response)
        if (draft !== null) prepare([seal(new Uint8Array(32), draft).event])
      }),
    )
  })

  it('is no record where there is nothing beside code and rows', () => {
    expect(answer({ _message: 'INSERT 0 3', code: 'INSERT', rows_affected: 3 })).toBe(null)
    expect(answer({})).toBe(null)
  })

  it("counts a microbatch model's batches, and is told by both voices", () => {
    const node = 'model.shop.orders'
    const log = new LogBuilder().start().nodeStart(node)
    log.nodeEnd(node, 'success', { adapter_response: { query_id: 'q1' } }).end()
    const batch_results = {
      successful: [['a', 'b']],
      failed: [
        ['b', 'c'],
        ['c', 'd'],
      ],
    }
    const { events } = readDbtRun({
      log: log.bytes,
      runResults: runResultsOf([
        { unique_id: node, status: 'success', adapter_response: { query_id: 'q1' }, batch_results },
      ]),
    })
    const said = events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.node.response.v1') ? [event.data] : []))
    expect(said).toMatchObject([
      { voice: 'log', members: [['query_id', 'q1']], batches: null },
      { voice: 'claim', members: [['query_id', 'q1']], batches: { succeeded: '1', failed: '2' } },
    ])
  })
})
