import { hex, utf8 } from '../src/bytes.js'
import type { JsonObject, JsonValue } from '../src/json.js'
import { sha256 } from '../src/sha256.js'
import type { Draft } from './ledger-maker.js'
import { closed, gap, link, RUN, SUBJECT, started } from './sample-ledger.js'

/** Runs of every kind as a recorder writes them: each record is whole, as `spec/events` asks of a writer. */

export const APPROVAL = 'approval-01940000-0000-7000-8000-00000000cccc'
export const OTHER_ACCOUNT = hex(sha256(utf8('db.example:5432/other')))
const ACCOUNT = hex(sha256(utf8('db.example:5432/shop')))
const AT = '2025-01-01T00:00:00Z'
const MODEL = 'model.shop.orders'

const run = (type: string, data: JsonObject): Draft => ({ stream: `run-${RUN}`, type: `dev.clyra.${type}.v1`, data })
const sealed = (text: string): JsonObject => ({ 'clyra:sealed': hex(sha256(utf8(text))) })

/** Where a server of Postgres stood; with `provisional`, the reading of before that it is compared with. */
function position(phase: string, lsn: string, changes: JsonObject = {}): JsonObject {
  return {
    system: 'postgres',
    phase,
    dsnHash: ACCOUNT,
    serverVersion: '15.14',
    systemIdentifier: '7300000000000000001',
    timeline: '1',
    lsn,
    snapshot: '750:750:',
    anchorSessionXid: null,
    observedAt: AT,
    failed: [],
    warnings: ['commit-timestamps-off'],
    ...changes,
  }
}

const PROVISIONAL = '01940000-0000-7000-8000-000000000003'
export const before = run('anchor.provisional', position('before', '0/16B3748'))
export const confirmed = run('anchor.confirmed', position('after', '0/1A40F10', { provisional: PROVISIONAL }))
export const contradicted = (reason: string, changes: JsonObject): Draft =>
  run(
    'anchor.contradicted',
    position('after', '0/1A40F10', { provisional: PROVISIONAL, reasons: [reason], ...changes }),
  )
export const unavailable = (phase: string, code: string): Draft =>
  run('anchor.unavailable', { system: 'postgres', phase, code, detail: null, dsnHash: null })

export const exited = (exitCode: number | null, signal: string | null = null): Draft =>
  run('run.exited', { run: RUN, exitCode, signal })

const invocation = (voice: string): Draft =>
  run('dbt.invocation.started', {
    voice,
    invocation: 'i1',
    engine: 'dbt-core',
    version: '1.11.2',
    command: 'build',
    arguments: sealed('arguments'),
    project: 'shop',
    target: 'prod',
    adapter: 'postgres',
    threads: 4,
  })
const node = (voice: string, status: string): Draft =>
  run('dbt.node.executed', {
    voice,
    invocation: 'i1',
    node: MODEL,
    resourceType: 'model',
    materialized: 'table',
    relation: ['shop', 'public', 'orders'],
    status,
    startedAt: AT,
    completedAt: AT,
    executionSeconds: '0.25',
    thread: 'Thread-1',
    adapterCode: 'SELECT',
    rowsAffected: '99',
    message: null,
  })
const statement = run('dbt.statement.executed', {
  voice: 'log',
  invocation: 'i1',
  ordinal: '0',
  node: MODEL,
  origin: 'node',
  connection: MODEL,
  thread: 'Thread-1',
  kind: 'statement',
  verb: 'CREATE',
  text: sealed('create table'),
  fingerprint: null,
  fingerprintKey: null,
  truncated: false,
  multiStatement: false,
  startedAt: AT,
  elapsedSeconds: '0.2',
  outcome: 'success',
  commandTag: 'SELECT 99',
  rows: '99',
  queryId: null,
})
const completed = (voice: string): Draft =>
  run('dbt.invocation.completed', {
    voice,
    invocation: 'i1',
    success: true,
    elapsedSeconds: '1.5',
    results: [['success', '1']],
  })

export const relation: Draft = run('snapshot.relation', {
  voice: 'warehouse',
  system: 'postgres',
  node: MODEL,
  relation: ['shop', 'public', 'orders'],
  observedAt: AT,
  present: true,
  kind: 'table',
  columns: [['id', 'bigint']],
  columnsTruncated: false,
  estimatedRows: '99',
  newestCommit: null,
  unavailable: 'commit-timestamps-off',
})

/** What dbt's log and then its results say of a run that built one model. */
export const built: readonly Draft[] = [
  invocation('log'),
  statement,
  node('log', 'success'),
  completed('log'),
  invocation('claim'),
  node('claim', 'success'),
  completed('claim'),
]
/** What the log says where it breaks off. */
export const brokenOff: readonly Draft[] = [invocation('log'), statement, node('log', 'unknown')]

export const finding = (code: string, events: readonly string[]): Draft => ({
  ...run('finding.raised', {
    code,
    disposition: 'contradicted',
    severity: 'high',
    node: null,
    relation: null,
    voices: ['warehouse'],
    events: [...events],
    said: [],
  }),
  type: 'dev.clyra.finding.raised.v2',
})

export const measured = (what: string, unit: string, max: string): Draft =>
  run('metrics.observed', {
    what,
    unit,
    from: null,
    to: null,
    count: '1',
    p50: null,
    p95: null,
    p99: null,
    max,
    budget: null,
    within: null,
    subject: null,
  })

const decided = (outcome: string): JsonObject => ({
  outcome,
  rules: ['to-customers'],
  reasons: [],
  obligations: ['receipt'],
  mode: 'gate',
  policy: null,
})

export const intended = (receipt: string): Draft =>
  run('receipt.intended', { receipt, route: 'load', request: sealed(receipt), decision: decided('allow') })

export const issued = (receipt: string, approval: JsonValue = null, outcome = 'allow'): Draft =>
  run('receipt.issued', {
    receipt,
    route: 'load',
    actor: 'pseudonym-1',
    tenant: null,
    upstream: 'crm.example',
    request: sealed(receipt),
    response: null,
    schema: { hash: null, result: 'not-checked', failed: [] },
    policy: { file: null, effective: null },
    decision: decided(outcome),
    threats: [],
    data: null,
    verdicts: [],
    approval,
    governance: null,
    payout: null,
    status: outcome === 'allow' ? 200 : null,
    latency: { added: '812', upstream: null },
    sizes: { request: '1024', response: null },
    bodies: 'sealed',
  })

export const called = (call: string, tool: string, result = 'success'): Draft =>
  run('mcp.tool.called', {
    call,
    server: 'desktop',
    tool,
    arguments: sealed(call),
    result,
    content: null,
    startedAt: AT,
    elapsedSeconds: '0.25',
    receipt: null,
  })

export const judged = (subject: string): Draft =>
  run('verdict.given', {
    detector: 'injection',
    version: '3',
    digest: null,
    subject,
    result: 'clean',
    confidence: '0.9',
    classes: [],
    shadow: false,
  })

export const redacted: Draft = {
  stream: 'ledger-redactions',
  type: 'dev.clyra.ledger.redacted.v1',
  data: { subject: SUBJECT, reason: 'erasure-request' },
}

/** What an extract-and-load job wrote and sent: two loads, one of them refused. */
export const loads: readonly Draft[] = [
  measured('etl.rows', 'count', '1200'),
  intended('load-1'),
  issued('load-1'),
  issued('load-2', null, 'block'),
]

/** What a robot did at a desktop, under an approval that its run links first. */
export const robot: readonly Draft[] = [
  link(APPROVAL),
  called('1', 'open-invoice'),
  intended('pay-1'),
  issued('pay-1', APPROVAL),
  called('2', 'press-pay', 'denied'),
]

export const start = (tool: string): Draft => started({ tool, capture: tool === 'dbt' ? 'wrapper' : 'library' })
export { closed, gap }
