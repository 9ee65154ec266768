import { hex, utf8 } from '../src/bytes.js'
import type { JsonObject } from '../src/json.js'
import { commitment } from '../src/sealed-values.js'
import { sha256 } from '../src/sha256.js'
import { evidenceKey } from './bundle-maker.js'
import { type Draft, TestLedger } from './ledger-maker.js'

/** The run that tests and vectors are about, and the parts of it that they change. */

export const RUN = '01940000-0000-7000-8000-00000000aaaa'
export const SUBJECT = '0d5f3a52-6a3c-4a9e-8f53-3c3f4e1b2a10'
export const ARTIFACT = utf8('{"metadata":{}}\n')
export const SALT = sha256(utf8('clyra test salt'))
export const GOVERNANCE = {
  job_id: 'nightly',
  service_id: null,
  pipeline_id: null,
  agent_id: null,
  runtime_versions: [],
  schema_versions: [],
}

export const PAYOUT = {
  run_id: RUN,
  actor_id: null,
  asset_id: null,
  change_intent: null,
  business_metric_refs: [],
  payout_ref: 'cost centre 7',
  currency: 'EUR',
}

export const started = (changes: JsonObject = {}): Draft => ({
  stream: `run-${RUN}`,
  type: 'dev.clyra.run.started.v2',
  data: {
    run: RUN,
    tool: 'dbt',
    subject: SUBJECT,
    capture: 'wrapper',
    demonstration: false,
    governance: GOVERNANCE,
    policy: null,
    payout: PAYOUT,
    parent: null,
    ...changes,
  },
})

export const captured = (bytes = ARTIFACT): Draft => ({
  stream: `run-${RUN}`,
  type: 'dev.clyra.artifact.captured.v1',
  data: {
    name: 'manifest.json',
    mediaType: 'application/json',
    sha256: hex(sha256(bytes)),
    size: String(bytes.length),
    invocation: null,
  },
})

export const SEALED_ID = '01940000-0000-7000-8000-00000000bbbb'
export const SEALED_VALUE = 'select 1'
export const sealed = (): Draft => ({
  stream: `run-${RUN}`,
  type: 'dev.clyra.dbt.statement.executed.v1',
  data: { text: { 'clyra:sealed': commitment(SEALED_ID, '/data/text', SALT, SEALED_VALUE) } },
  attributes: { id: SEALED_ID },
})

export const gap = (reason: string): Draft => ({
  stream: `run-${RUN}`,
  type: 'dev.clyra.run.gap.v1',
  data: { run: RUN, reason, count: null },
})

export const closed = (): Draft => ({ stream: `run-${RUN}`, type: 'dev.clyra.run.closed.v1', data: { run: RUN } })

const run = (type: string, data: JsonObject): Draft => ({ stream: `run-${RUN}`, type: `dev.clyra.${type}.v1`, data })
const NODE = 'model.shop.orders'

export const reread = (voices: readonly string[], because = 'log-better'): Draft =>
  run('run.reread', { run: RUN, reading: 2, voices: [...voices], because })

export const exited = (exitCode: number | null, signal: string | null = null): Draft =>
  run('run.exited', { run: RUN, exitCode, signal })

export const invoked = (voice: string, command = 'build'): Draft =>
  run('dbt.invocation.started', { voice, invocation: 'i1', command })

export const completed = (voice: string, success: boolean | null): Draft =>
  run('dbt.invocation.completed', { voice, invocation: 'i1', success })

export const node = (voice: string, status: string, changes: JsonObject = {}): Draft =>
  run('dbt.node.executed', {
    voice,
    node: NODE,
    status,
    materialized: 'table',
    relation: ['shop', 'public', 'orders'],
    ...changes,
  })

export const relation = (present: boolean | null): Draft =>
  run('snapshot.relation', { voice: 'warehouse', node: NODE, relation: ['shop', 'public', 'orders'], present })

/** A reading of where the warehouse stood; with a code, that there is none. */
export const anchor = (phase: string, code?: string): Draft =>
  code === undefined ? run('anchor.provisional', { phase }) : run('anchor.unavailable', { phase, code })

export const link = (stream: string, role = stream.split('-')[0]!): Draft =>
  run('run.linked', { run: RUN, stream, role })

export const observed = (what: string, changes: JsonObject = {}): Draft =>
  run('metrics.observed', {
    what,
    unit: 'seconds',
    from: null,
    to: null,
    count: '1',
    p50: null,
    p95: null,
    p99: null,
    max: '0.5',
    budget: null,
    within: null,
    subject: null,
    ...changes,
  })

export const other = (stream = 'run-other', n = 0): Draft => ({
  stream,
  type: 'org.example.thing.happened.v1',
  data: { n },
})

export const DRAFTS = (): Draft[] => [started(), other(), captured(), sealed(), other('run-other', 1), closed()]

/** Genesis, evidence key, a first heads record, the run between records of another stream, heads. */
export function sampleLedger(
  drafts: readonly Draft[] = DRAFTS(),
  options: ConstructorParameters<typeof TestLedger>[0] = {},
  firstHeads: Partial<Draft> = {},
) {
  const ledger = new TestLedger(options)
  ledger.introduce(evidenceKey)
  ledger.appendHeads(firstHeads)
  for (const draft of drafts) ledger.append(draft)
  ledger.appendHeads()
  return ledger
}
