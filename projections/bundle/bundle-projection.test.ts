import { expect, test } from 'vitest'
import { hex } from '../../src/canonical/index.js'
import { exampleBundle, RUN, recordMaker, startedData } from '../example-records.test.support.js'
import { defProjection } from './index.js'

const fold = (records: ReturnType<typeof exampleBundle>) =>
  defProjection.render(records.reduce(defProjection.apply, defProjection.initial(RUN)))

test('a bundle holds genesis, the run, the keys and H', () => {
  const records = exampleBundle('good')
  const view = fold(records)
  expect(view.records).toBe(records.length)
  expect(view.genesis).toMatchObject({ origin: 'example.clyra.internal', leaf: hex(records[0]!.leaf) })
  expect(view.keys).toMatchObject([{ purpose: 'evidence', introducedAt: '1', revoked: null }])
  expect(view.heads).toMatchObject({ position: String(records.at(-1)!.position) })
  expect(view.run.outcome).toBe('succeeded')
})

test('records of another run change nothing', () => {
  const records = exampleBundle('good')
  const other = recordMaker(records.length)('run-other', 'dev.clyra.run.started.v2', startedData({ run: 'other' }))
  expect(fold([...records, other])).toEqual(fold(records))
})

test('records of all streams at once give what one after another gives', () => {
  const records = (['good', 'failing', 'killed'] as const).flatMap((flavour) => exampleBundle(flavour))
  const one = records.reduce(defProjection.apply, defProjection.initial(RUN))
  expect(defProjection.applyAll?.(defProjection.initial(RUN), records)).toEqual(one)
})

test('a revocation marks its key, and an erasure of the run’s subject is found', () => {
  const records = exampleBundle('good')
  const make = recordMaker(records.length)
  const evidence = fold(records).keys[0]!.id
  const view = fold([
    ...records,
    make('ledger-keys', 'dev.clyra.ledger.key.revoked.v1', {
      id: evidence,
      reason: 'compromised',
      compromisedSince: '40',
    }),
    make('ledger-redactions', 'dev.clyra.ledger.redacted.v1', { subject: 'somebody-else', reason: 'mistake' }),
    make('ledger-redactions', 'dev.clyra.ledger.redacted.v1', { subject: startedData().subject, reason: 'retention' }),
  ])
  expect(view.keys[0]?.revoked).toMatchObject({ reason: 'compromised', compromisedSince: '40' })
  expect(view.redactions).toHaveLength(2)
  expect(view.erased?.reason).toBe('retention')
})

test('a ledger type outside its own stream counts for nothing', () => {
  const records = exampleBundle('good')
  const moved = records.map((record) =>
    record.event.stream === 'ledger-keys' ? { ...record, event: { ...record.event, stream: 'ledger-heads' } } : record,
  )
  expect(fold(moved).keys).toEqual([])
})
