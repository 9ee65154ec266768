import { verifyBundle } from '@clyra/verify'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activityRecords, RUN, recordMaker, startedData } from '../../projections/example-records.test.support.js'
import type { JsonObject } from '../../src/canonical/index.js'
import { signerOf, vkey } from '../../src/crypto/index.js'
import { isClyraError } from '../../src/errors/index.js'
import type { EventInput } from '../../src/events/index.js'
import {
  EVIDENCE_SEED,
  InMemorySource,
  LEDGER_SEED,
  ORIGIN,
  sourcesOf,
  TIME,
} from '../../src/evidence/in-memory-source.test.support.js'
import { buildBundle } from '../../src/evidence/index.js'
import { logOf } from '../../src/replay/in-memory-log.test.support.js'
import { rebuildBundle } from '../../src/replay/index.js'
import { DEF } from '../def/index.js'

const STREAM = `run-${RUN}`
const APPROVAL = 'approval-1'
const event = (type: string, data: JsonObject): EventInput => ({ type, source: '/test', data })
const started = event('dev.clyra.run.started.v2', startedData())
const closed = event('dev.clyra.run.closed.v1', { run: RUN })
const link = (stream: string) =>
  event('dev.clyra.run.linked.v1', { run: RUN, stream, role: stream.slice(0, stream.indexOf('-')) })
const rereadOf = (voice: 'claim') =>
  event('dev.clyra.run.reread.v1', { run: RUN, reading: 2, voices: [voice], because: 'claim-better' })
const decided = (what: string) => event('com.example.approval.decided.v1', { what })

async function ledgerOf(...steps: (readonly [stream: string, ...events: EventInput[]])[]): Promise<InMemorySource> {
  const source = await InMemorySource.create()
  for (const [stream, ...events] of steps) source.append(stream, ...events)
  return source
}

const build = (source: InMemorySource) => buildBundle(DEF, sourcesOf(source, [signerOf('ed25519', EVIDENCE_SEED)]), RUN)
const verify = (bytes: Uint8Array) =>
  verifyBundle(bytes, { trust: [vkey(ORIGIN, signerOf('ed25519', LEDGER_SEED))], now: new Date(TIME) })

describe('a bundle of a run that links other streams', () => {
  it('claims each of them, whole or absent, is VALID, and is built again from the log', async () => {
    const source = await ledgerOf(
      [APPROVAL, decided('granted')],
      [STREAM, started, link(APPROVAL), link('killswitch-global'), link(APPROVAL), closed],
      [APPROVAL, decided('revoked')],
    )
    const { bytes, manifest } = await build(source)
    expect(manifest.claims.map(({ stream, kind, head }) => [stream, kind, head?.revision ?? null])).toEqual([
      [APPROVAL, 'complete', '1'],
      ['killswitch-global', 'absent', null],
      ['ledger-keys', 'complete', '0'],
      ['ledger-redactions', 'absent', null],
      [STREAM, 'complete', '4'],
    ])
    expect(await verify(bytes)).toMatchObject({ verdict: 'VALID', warnings: [{ code: 'WAREHOUSE_NOT_ASKED' }] })
    expect(await rebuildBundle(DEF, bytes, logOf(source))).toMatchObject({ difference: null, notRebuilt: [] })
  })

  it('leaves out a stream that was linked after the run had ended, and the verifier says so', async () => {
    const source = await ledgerOf([APPROVAL, decided('granted')], [STREAM, started, closed, link(APPROVAL)])
    const { bytes, manifest } = await build(source)
    expect(manifest.claims.map(({ stream }) => stream)).not.toContain(APPROVAL)
    const { verdict, warnings } = await verify(bytes)
    const codes = warnings.map(({ code }) => code)
    expect([verdict, codes]).toEqual(['VALID', ['LINK_AFTER_CLOSE', 'RUN_NOT_COMPLETE', 'WAREHOUSE_NOT_ASKED']])
    expect(manifest.run).toMatchObject({ completeness: 'partial', reasons: ['after-close'] })
  })

  it('is built of 64 links, and refused of one more', async () => {
    const links = Array.from({ length: 65 }, (_, i) => link(`session-${i}`))
    expect((await verify((await build(await ledgerOf([STREAM, started, ...links.slice(1)]))).bytes)).verdict).toBe(
      'VALID',
    )
    const refused = build(await ledgerOf([STREAM, started, ...links]))
    await expect(refused).rejects.toSatisfy((error) => isClyraError(error, 'BUNDLE_TOO_LARGE'))
  })
})

describe('a run of which a record names a stream', () => {
  const [, issued] = activityRecords(recordMaker())
  // Holds: the records of an activity are of known types.
  const receipt = event('dev.clyra.receipt.issued.v1', issued!.event.data as EventInput['data'])

  it('has a bundle where it linked that stream before, and else none: no bundle could show the stream', async () => {
    const linked = await build(await ledgerOf([STREAM, started, link(APPROVAL), receipt, closed]))
    expect((await verify(linked.bytes)).verdict).toBe('VALID')
    for (const steps of [
      [receipt, closed],
      [receipt, link(APPROVAL)],
      [closed, link(APPROVAL), receipt],
    ]) {
      const refused = build(await ledgerOf([STREAM, started, ...steps]))
      await expect(refused).rejects.toSatisfy((error) => isClyraError(error, 'LINK_MISSING'))
    }
  })
})

describe('a bundle of a run', () => {
  const window = (records: string) => event('dev.clyra.window.closed.v1', { records, next: null, runs: [] })
  const [, , call] = activityRecords(recordMaker())
  const act = event('dev.clyra.mcp.tool.called.v1', call!.event.data as EventInput['data'])

  it.each([
    ['a window with its count', [act, window('2'), closed], []],
    ['another count', [act, window('1'), closed], ['after-close']],
    ['an act behind the window', [window('1'), act, closed], ['after-close']],
    ['an act behind the end', [closed, act], ['after-close']],
    ['an act behind the end, and the run read again', [closed, act, rereadOf('claim'), closed], []],
  ])('that ends with %s says so, is VALID, and is built again from the log', async (_what, steps, reasons) => {
    const source = await ledgerOf([STREAM, started, ...steps])
    const { bytes, manifest } = await build(source)
    expect(manifest.run.reasons).toEqual(reasons)
    expect((await verify(bytes)).verdict).toBe('VALID')
    expect(await rebuildBundle(DEF, bytes, logOf(source))).toMatchObject({ difference: null, notRebuilt: [] })
  })
})

it('the ledger takes no link whose role is not the category of its stream', async () => {
  const wrong = { run: RUN, stream: 'policy-1', role: 'approval' }
  await expect(ledgerOf([STREAM, event('dev.clyra.run.linked.v1', wrong)])).rejects.toThrow(/category of its role/)
})

const measured = fc.record({
  what: fc.constantFrom('dbt', 'dbt.duration', 'clyra.overhead'),
  unit: fc.constant('seconds'),
  from: fc.constant(null),
  to: fc.constant(null),
  count: fc.constant('1'),
  p50: fc.constant(null),
  p95: fc.constant(null),
  p99: fc.constant(null),
  max: fc.constantFrom('1', '2.5', null),
  budget: fc.constant('2'),
  within: fc.constantFrom(true, false, null),
  subject: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), { freq: 3 }),
})

it('the verifier recomputes payout and performance of whatever was measured, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(measured, { maxLength: 12 }), async (metrics) => {
      const records = metrics.map((data) => event('dev.clyra.metrics.observed.v1', data))
      const { bytes, manifest } = await build(await ledgerOf([STREAM, started, ...records, closed]))
      const keys = new Set(metrics.map(({ what, subject }) => JSON.stringify([what, subject])))
      expect([manifest.performance.observed.length, manifest.performance.unlisted]).toEqual([keys.size, '0'])
      expect(manifest.payout).toEqual(startedData().payout)
      expect((await verify(bytes)).code).toBe('OK')
    }),
    { numRuns: 25 },
  )
})
