import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { verifyBundle } from '@clyra/verify'
import { defProjection, renderReport } from '../dist/projections/def/index.js'
import { runProjection } from '../dist/projections/run/index.js'
import { buildBundle } from '../dist/src/evidence/index.js'
import { foldLedger, foldRecords, stateDigest } from '../dist/src/projector/index.js'
import { createEmbeddedLedger, openEmbeddedLedger } from '../dist/src/stores/embedded/index.js'
import { makeBatches } from './workload.mjs'

const timed = async (work) => {
  globalThis.gc?.()
  const begun = performance.now()
  const result = await work()
  return { ms: performance.now() - begun, result }
}

/** Opening the ledger that the append rounds left, for writing and for reading, each closed again outside the clock. */
export async function measureOpen(directory, rounds) {
  const times = { write: [], read: [] }
  let size = 0n
  for (let round = 0; round < rounds; round++) {
    for (const [how, options] of [
      ['write', {}],
      ['read', { readOnly: true }],
    ]) {
      const { ms, result } = await timed(() => openEmbeddedLedger({ directory, ...options }))
      size = await result.size()
      times[how].push(ms)
      await result.close()
    }
  }
  return { size: Number(size), times }
}

/** Replay: every record parsed, its chain checked, folded into the `run` projection. */
export async function measureReplay(directory, rounds, records) {
  const ledger = await openEmbeddedLedger({ directory, readOnly: true })
  const rates = []
  for (let round = 0; round < rounds; round++) {
    const { ms, result } = await timed(() => foldLedger(ledger, runProjection, { to: records - 1 }))
    const counted = [...result.states.values()].reduce((sum, { state }) => sum + state.records, 0)
    if (result.through !== records || counted < records - 100) throw new Error(`replay folded ${counted} of ${records}`)
    rates.push((records / ms) * 1000)
  }
  await ledger.close()
  return { records, rates }
}

/** A DEF bundle of one run with this many statements: built once, verified in every round with the ledger's key pinned. */
export async function measureVerify(directory, rounds, records) {
  const ledger = await createEmbeddedLedger({ directory: join(directory, 'verify') })
  const run = randomUUID()
  const stream = `run-${run}`
  const governance = {
    job_id: null,
    service_id: null,
    pipeline_id: null,
    agent_id: null,
    runtime_versions: [],
    schema_versions: [],
  }
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
    subject: randomUUID(),
    capture: 'ingest',
    demonstration: true,
    governance,
    payout,
    policy: null,
  }
  await ledger.append(stream, 'no-stream', [{ type: 'dev.clyra.run.started.v1', source: '/bench', data: started }])
  for (const { events } of makeBatches({ first: 0, count: records, batch: 1_000 }))
    await ledger.append(stream, 'any', events)
  await ledger.append(stream, 'any', [{ type: 'dev.clyra.run.closed.v1', source: '/bench', data: { run } }])

  const render = (evidence) => {
    const state = foldRecords(defProjection, run, evidence.records)
    const context = {
      size: String(evidence.checkpoint.size),
      root: Buffer.from(evidence.checkpoint.root).toString('hex'),
      embedded: [],
    }
    const { name, version } = defProjection
    return {
      projections: [{ name, version, digest: stateDigest(state).digest }],
      report: new TextEncoder().encode(renderReport(state, context)),
    }
  }
  const signers = [await ledger.evidenceSigner()]
  const built = await timed(() => buildBundle({ ledger, run, signers, render }))
  const { bytes } = built.result
  const times = []
  for (let round = 0; round < rounds; round++) {
    const { ms, result } = await timed(() => verifyBundle(bytes, { trust: [ledger.vkey] }))
    if (result.verdict !== 'VALID') throw new Error(`the bundle is ${result.verdict} (${result.code})`)
    if (result.records < records) throw new Error(`the bundle holds ${result.records} records`)
    times.push(ms)
  }
  await ledger.close()
  return { records, bytes: bytes.length, build: built.ms, times }
}
