import { verifyBundle } from '@clyra/verify'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activityRecords, RUN, recordMaker, startedData } from '../projections/example-records.test.support.js'
import type { JsonObject } from '../src/canonical/index.js'
import { signerOf, vkey } from '../src/crypto/index.js'
import type { EventInput } from '../src/events/index.js'
import {
  EVIDENCE_SEED,
  InMemorySource,
  LEDGER_SEED,
  ORIGIN,
  sourcesOf,
  TIME,
} from '../src/evidence/in-memory-source.test.support.js'
import { buildBundle } from '../src/evidence/index.js'
import { reportOfBundle } from '../src/replay/index.js'
import { profileOf, runStart } from '../verifier/ts/src/run-start.js'
import { bundleOfRun, PROFILES, profileNamed, profileOfRun } from './index.js'

const STREAM = `run-${RUN}`
const event = (type: string, data: JsonObject): EventInput => ({ type, source: '/agent', data })
const started = (tool: string) =>
  event('dev.clyra.run.started.v2', { ...startedData(), tool, capture: 'library', payout: null })
const ofDbt = event('dev.clyra.dbt.statement.shapes.v1', {
  voice: 'log',
  invocation: 'i',
  key: '0'.repeat(16),
  shapes: [['0', '00'.repeat(32)]],
})
const acts = activityRecords(recordMaker()).map(({ event: { type, data } }) => event(type, data as JsonObject))
const closed = event('dev.clyra.run.closed.v1', { run: RUN })

async function ledgerOf(...events: EventInput[]): Promise<InMemorySource> {
  const source = await InMemorySource.create()
  source.append(STREAM, ...events)
  return source
}

const signers = [signerOf('ed25519', EVIDENCE_SEED)]
const trust = [vkey(ORIGIN, signerOf('ed25519', LEDGER_SEED))]
const verify = (bytes: Uint8Array) => verifyBundle(bytes, { trust, now: new Date(TIME) })

describe('the session of an agent', () => {
  const rests = event('dev.clyra.run.linked.v1', { run: RUN, stream: 'approval-1', role: 'approval' })
  const session = () => ledgerOf(started('agent'), rests, ...acts, closed)

  it('is bundled as PEF by its tool alone, and is VALID evidence of PEF without voices', async () => {
    const source = await session()
    const ledger = Object.assign(source, { evidenceSigner: async () => signers[0]! })
    const { bytes, manifest } = await bundleOfRun(ledger, RUN)
    expect(manifest).toMatchObject({ profile: 'pef', payout: null, renderer: { name: 'pef-report', version: 1 } })
    expect(manifest.projections.map(({ name }) => name)).toEqual(expect.arrayContaining(['pef-ledger', 'run-mcp']))
    expect(await verify(bytes)).toMatchObject({
      verdict: 'VALID',
      profile: 'pef',
      run: { id: RUN, completeness: 'complete', voices: null },
      warnings: [],
    })
  })

  it('does not meet a demand that a warehouse was asked', async () => {
    const { bytes } = await buildBundle(profileNamed('pef')!, sourcesOf(await session(), signers), RUN)
    expect(await verifyBundle(bytes, { trust, requireWarehouse: true })).toMatchObject({
      verdict: 'INCOMPLETE',
      code: 'WAREHOUSE_NOT_ASKED',
    })
  })

  it('is INVALID where somebody builds it as DEF', async () => {
    const { bytes } = await buildBundle(profileNamed('def')!, sourcesOf(await session(), signers), RUN)
    expect(await verify(bytes)).toMatchObject({ verdict: 'INVALID', code: 'PROFILE_MISMATCH' })
  })

  it('has a page that is made again from its records, and shows calls, receipts, verdicts and what has no answer', async () => {
    const pef = profileNamed('pef')!
    const { bytes } = await buildBundle(pef, sourcesOf(await session(), signers), RUN)
    const { page, same } = reportOfBundle(pef, bytes)
    expect(same).toBe(true)
    for (const word of [
      'An agent’s session',
      'Tools that were called',
      'denied',
      'What detectors said',
      'nothing says what came',
    ])
      expect(page).toContain(word)
    expect(page).not.toMatch(/dbt (says|wrote)|dbt’s|the warehouse/)
  })
})

it('program and verifier say of which profile any run is, whatever stands where', async () => {
  const some = fc.constantFrom(
    started('dbt'),
    started('other'),
    started('agent'),
    started('a-new-tool'),
    ofDbt,
    closed,
    acts[0]!,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(some, { maxLength: 5 }), async (events) => {
      const { records } = await ledgerOf(...events)
      const run = records.filter(({ stream }) => stream === STREAM)
      const { name } = await profileOfRun(
        (async function* () {
          yield* run
        })(),
      )
      // Holds: type and data are all that the verifier looks at.
      const read = run.map(({ event: { type, data } }) => ({ type, data })) as never
      expect(name).toBe(profileOf(runStart(read), read))
    }),
    { numRuns: 200 },
  )
})

it('the profiles have names of their own, and no other name is one', () => {
  expect(PROFILES.map(({ name }) => name)).toEqual(['def', 'pef'])
  expect(profileNamed('log')).toBeUndefined()
})
