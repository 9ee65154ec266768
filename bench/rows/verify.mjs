import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DEF } from '../../dist/profiles/def/index.js'
import { expect } from '../checks/expect.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload } from '../workload.mjs'

const NOTHING_KNOWN = {
  job_id: null,
  service_id: null,
  pipeline_id: null,
  agent_id: null,
  runtime_versions: [],
  schema_versions: [],
}

/** The bundle shows nothing beside its records, so nothing is asked of a vault or an artefact store. */
const NOTHING_KEPT = {}

/** A DEF bundle of one run with this many statements: built once, verified in every round with the ledger's key pinned. */
export async function measureVerify({ directory, product, rounds, pick, progress }) {
  progress('verify')
  const records = pick(10_000, 1_000, 1_000)
  const ledger = await product.create({ directory: join(directory, 'verify') })
  const run = randomUUID()
  await appendRun(ledger, run, records)
  const signer = await ledger.evidenceSigner()
  const sources = { ledger, artifacts: NOTHING_KEPT, vault: NOTHING_KEPT, signers: async () => [signer] }
  const built = await timed(() => product.buildBundle(DEF, sources, run))
  const { bytes } = built.result
  const times = []
  for (let round = 0; round < rounds; round++) {
    const { ms, result } = await timed(() => product.verifyBundle(bytes, { trust: [ledger.vkey] }))
    expect(result.verdict === 'VALID', `the bundle is ${result.verdict} (${result.code})`)
    expect(result.records >= records, `the bundle holds ${result.records} records`)
    times.push(ms)
  }
  const changed = Uint8Array.from(bytes)
  changed[bytes.length >> 1] ^= 1
  const refused = await product.verifyBundle(changed, { trust: [ledger.vkey] })
  expect(refused.verdict !== 'VALID', 'a bundle with a changed byte was found VALID')
  const foreign = await product.verifyBundle(bytes, { trust: [] })
  expect(foreign.verdict !== 'VALID', 'a bundle of a ledger that nobody trusts was found VALID')
  await ledger.close()
  return { records, bytes: bytes.length, build: built.ms, times }
}

async function appendRun(ledger, run, records) {
  const payout = {
    run_id: run,
    actor_id: null,
    asset_id: null,
    change_intent: null,
    business_metric_refs: [],
    payout_ref: null,
    currency: null,
  }
  const started = {
    run,
    tool: 'dbt',
    parent: null,
    subject: randomUUID(),
    capture: 'ingest',
    demonstration: true,
    governance: NOTHING_KNOWN,
    payout,
    policy: null,
  }
  const stream = `run-${run}`
  await ledger.append(stream, 'no-stream', [{ type: 'dev.clyra.run.started.v2', source: '/bench', data: started }])
  for (const { events } of makeWorkload().batches({ first: 0, count: records, batch: 1_000 }))
    await ledger.append(stream, 'any', events)
  await ledger.append(stream, 'any', [{ type: 'dev.clyra.run.closed.v1', source: '/bench', data: { run } }])
}
