import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEF } from '../../dist/profiles/def/index.js'
import { expect } from '../checks/expect.mjs'
import { watchPeak } from '../memory.mjs'
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

/**
 * DEF bundles of one run, by the number of its statements: each built once, then verified with the ledger's key pinned in every
 * round, by the library in this process and by both verifiers as programs, their start and the reading of the file included.
 */
export async function measureVerify(context) {
  const { pick, progress, directory, product } = context
  progress('verify')
  const programs = product.verifiers(join(directory, 'verifiers'))
  const sizes = []
  for (const records of pick([10_000, 200_000], [1_000])) sizes.push(await measureSize(context, records, programs))
  return sizes
}

async function measureSize({ directory, product, rounds, progress }, records, programs) {
  progress(`verify: ${records} records`)
  const place = join(directory, `verify-${records}`)
  const ledger = await product.create({ directory: place })
  const run = randomUUID()
  await appendRun(ledger, run, records)
  const signer = await ledger.evidenceSigner()
  const sources = { ledger, artifacts: NOTHING_KEPT, vault: NOTHING_KEPT, signers: async () => [signer] }
  const built = await timed(() => product.buildBundle(DEF, sources, run))
  const { bytes } = built.result
  const times = []
  for (let round = 0; round < rounds; round++) {
    const { ms, result } = await timed(() => product.verifyBundle(bytes, { trust: [ledger.vkey] }))
    assertSound(result, records)
    times.push(ms)
  }
  const changed = Uint8Array.from(bytes)
  changed[bytes.length >> 1] ^= 1
  const refused = await product.verifyBundle(changed, { trust: [ledger.vkey] })
  expect(refused.verdict !== 'VALID', 'a bundle with a changed byte was found VALID')
  const foreign = await product.verifyBundle(bytes, { trust: [] })
  expect(foreign.verdict !== 'VALID', 'a bundle of a ledger that nobody trusts was found VALID')
  const evidence = { records, vkey: ledger.vkey, bytes, changed }
  const asked = await measurePrograms(place, programs, evidence, rounds)
  await ledger.close()
  return { records, bytes: bytes.length, build: built.ms, times, programs: asked }
}

/** Each program over the bundle in a file, one after the other in each round; and over the changed one, which it must refuse. */
async function measurePrograms(place, programs, { records, vkey, bytes, changed }, rounds) {
  const [path, spoilt] = [join(place, 'run.def.zip'), join(place, 'changed.def.zip')]
  writeFileSync(path, bytes)
  writeFileSync(spoilt, changed)
  const measured = programs.map(({ name }) => ({ name, times: [], peak: 0 }))
  for (let round = 0; round < rounds; round++) {
    for (const [i, { command }] of programs.entries()) {
      const { ms, peak, result } = await asked([...command, path, '--key', vkey, '--json'])
      assertSound(result, records)
      measured[i].times.push(ms)
      measured[i].peak = Math.max(measured[i].peak, peak)
    }
  }
  for (const { name, command } of programs) {
    const { result } = await asked([...command, spoilt, '--key', vkey, '--json'])
    expect(result.verdict !== 'VALID', `a bundle with a changed byte was found VALID by ${name}`)
  }
  rmSync(path)
  rmSync(spoilt)
  return measured
}

/** Runs a program to its end: how long it took, the most memory it was seen with (bytes; 0 where nobody can look), what it printed. */
async function asked([program, ...args]) {
  const begun = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const watched = watchPeak(child.pid)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  const [status] = await once(child, 'close')
  const ms = performance.now() - begun
  const peak = watched.end()
  expect(status === 0 || status === 1, `${program} ended with ${status}`)
  return { ms, peak, result: JSON.parse(out) }
}

function assertSound(result, records) {
  expect(result.verdict === 'VALID', `the bundle is ${result.verdict} (${result.code})`)
  expect(result.records >= records, `the bundle holds ${result.records} records`)
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
