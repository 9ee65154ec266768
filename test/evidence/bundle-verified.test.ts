import { verifyBundle } from '@clyra/verify'
import { describe, expect, it } from 'vitest'
import { DEF } from '../../profiles/def/index.js'
import { hex } from '../../src/canonical/index.js'
import { sha256, signerOf, vkey } from '../../src/crypto/index.js'
import { type EventInput, encryptValue, seal, toSeal } from '../../src/events/index.js'
import {
  EVIDENCE_SEED,
  InMemorySource,
  LEDGER_SEED,
  ORIGIN,
  sourcesOf,
  TIME,
} from '../../src/evidence/in-memory-source.test.support.js'
import { buildBundle } from '../../src/evidence/index.js'

const SUBJECT_KEY = new Uint8Array(32).fill(9)
const ARTEFACT = new TextEncoder().encode('{"metadata":{}}')
const DIGEST = hex(sha256(ARTEFACT))
const trust = [vkey(ORIGIN, signerOf('ed25519', LEDGER_SEED))]
const sealed = seal(SUBJECT_KEY, {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  time: TIME,
  source: 'dbt',
  type: 'dev.clyra.dbt.invocation.started.v1',
  data: {
    voice: 'log',
    invocation: 'i',
    engine: 'dbt-core',
    version: null,
    command: null,
    arguments: toSeal(['--vars', 'secret']),
    project: null,
    target: null,
    adapter: null,
    threads: null,
  },
})
const events: Record<string, EventInput> = {
  started: {
    type: 'dev.clyra.run.started.v2',
    source: 'dbt',
    data: {
      run: 'R',
      tool: 'dbt',
      parent: null,
      subject: '5f0c2d3e-1a2b-4c3d-8e4f-001122334455',
      capture: 'ingest',
      demonstration: false,
      governance: {
        job_id: null,
        service_id: null,
        pipeline_id: null,
        agent_id: null,
        runtime_versions: [],
        schema_versions: [],
      },
      payout: {
        run_id: 'R',
        actor_id: null,
        asset_id: null,
        change_intent: null,
        business_metric_refs: [],
        payout_ref: null,
        currency: null,
      },
      policy: null,
    },
  },
  captured: {
    type: 'dev.clyra.artifact.captured.v1',
    source: 'dbt',
    data: { name: 'm', mediaType: 'application/json', sha256: DIGEST, size: '15', invocation: null },
  },
  invocation: sealed.event as EventInput,
  closed: { type: 'dev.clyra.run.closed.v1', source: 'dbt', data: { run: 'R' } },
}

async function ledgerWithRun(...names: string[]): Promise<InMemorySource> {
  const source = await InMemorySource.create()
  for (const name of names) {
    source.append('run-R', events[name]!)
    source.append('other-1', { type: 'com.example.noise.v1', source: '/n', data: {} })
  }
  return source
}

const build = (ledger: InMemorySource, embed = false, open = false) =>
  buildBundle(
    DEF,
    {
      ...sourcesOf(ledger, [signerOf('ed25519', EVIDENCE_SEED)]),
      artifacts: { get: async () => ARTEFACT },
      vault: {
        subjectKey: async () => SUBJECT_KEY,
        values: async () => sealed.openings.map((opening) => encryptValue(SUBJECT_KEY, opening)),
      },
    },
    'R',
    { embed, open },
  )

const verdictOf = async (bytes: Uint8Array) => {
  const { verdict, code } = await verifyBundle(bytes, { trust, now: new Date(TIME) })
  return `${verdict} ${code}`
}

describe('a bundle of the builder', () => {
  it('is VALID to the verifier, plain, with an embedded artefact and with openings', async () => {
    const source = await ledgerWithRun('started', 'captured', 'invocation', 'closed')
    for (const [embed, open] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const { bytes } = await build(source, embed, open)
      const result = await verifyBundle(bytes, { trust, now: new Date(TIME) })
      expect(result.checks.filter((check) => check.result === 'fail')).toEqual([])
      expect([result.verdict, result.run?.completeness, result.records]).toEqual(['VALID', 'complete', 7])
    }
  })

  it('is VALID evidence of an incomplete run where the run was never closed', async () => {
    const { bytes } = await build(await ledgerWithRun('started'))
    const result = await verifyBundle(bytes, { trust, now: new Date(TIME) })
    expect(result).toMatchObject({
      verdict: 'VALID',
      run: { id: 'R', completeness: 'unknown', reasons: ['run-not-closed'], outcome: 'unknown' },
    })
  })

  it('is VALID where heads and redaction records came before it', async () => {
    const source = await ledgerWithRun('started', 'closed')
    await source.heads()
    const data = { subject: 'someone-else', reason: 'mistake' }
    source.append('ledger-redactions', { type: 'dev.clyra.ledger.redacted.v1', source: 'clyra', data })
    expect(await verdictOf((await build(source)).bytes)).toMatch(/^VALID/)
  })

  it('is UNTRUSTED to who pins nothing', async () => {
    const { bytes } = await build(await ledgerWithRun('started', 'closed'))
    expect((await verifyBundle(bytes, { now: new Date(TIME) })).verdict).toBe('UNTRUSTED')
  })

  it('is refused after a change of any one byte', async () => {
    const { bytes } = await build(await ledgerWithRun('started', 'captured', 'invocation', 'closed'), true, true)
    const passed: number[] = []
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Uint8Array.from(bytes)
      changed[at]! ^= 1
      if ((await verdictOf(changed)).startsWith('VALID')) passed.push(at)
    }
    expect(passed).toEqual([])
  })
})
