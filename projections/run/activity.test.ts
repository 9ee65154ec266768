import { expect, it } from 'vitest'
import { activityRecords, RUN, recordMaker } from '../example-records.test.support.js'
import { runProjection } from './index.js'

const view = (records: ReturnType<typeof activityRecords>) =>
  runProjection.render(runProjection.applyAll!(runProjection.initial(RUN), records))

it('counts calls, receipts and verdicts by their result, and keeps what was intended and has no receipt', () => {
  const { calls, receipts, verdicts, openIntents, others } = view(activityRecords(recordMaker()))
  expect(calls.byResult).toEqual([
    ['denied', 1],
    ['success', 1],
  ])
  expect(receipts.byResult).toEqual([
    ['allow', 1],
    ['block', 1],
  ])
  expect(verdicts.byResult).toEqual([
    ['clean', 1],
    ['not-scanned', 1],
  ])
  expect(openIntents.map(({ receipt }) => receipt)).toEqual(['receipt-3'])
  expect(others).toEqual([])
})

it('says of a call no argument and nothing that came back, not even their commitments', () => {
  expect(JSON.stringify(view(activityRecords(recordMaker())))).not.toContain('clyra:sealed')
})

it('lists the first two thousand calls and counts the rest', () => {
  const make = recordMaker()
  const [, , call] = activityRecords(make)
  const many = Array.from({ length: 2_100 }, () => ({ ...call!, position: 1 }))
  const { calls } = view(many)
  expect([calls.total, calls.listed.length, calls.unlisted]).toEqual([2_100, 2_000, 100])
})
