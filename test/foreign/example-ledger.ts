import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type EventInput, openLedger } from '../../src/index.js'
import { clyra, clyraJson, leaveRun } from '../cli/clyra.js'

const RECORDINGS: readonly string[] = ['good', 'failing', 'killed', 'rust-good']
const HASH = 'ab'.repeat(32)
const position = {
  system: 'postgres',
  phase: 'before',
  dsnHash: HASH,
  serverVersion: '18.4',
  systemIdentifier: '7300000000000000001',
  timeline: '1',
  lsn: '0/16B3748',
  snapshot: '750:750:',
  anchorSessionXid: null,
  observedAt: '2026-01-02T03:04:05.678901Z',
  failed: [],
  warnings: [],
}
const PROVISIONAL = '01890a5d-ac96-774b-bcce-b302099a8057'

const relation = {
  voice: 'warehouse',
  system: 'postgres',
  node: 'model.shop.orders',
  relation: ['shop', 'analytics', 'orders'],
  observedAt: '2026-01-02T03:04:05.678901Z',
  present: true,
  kind: 'table',
  columns: [['id', 'integer']],
  columnsTruncated: false,
  estimatedRows: '99',
  newestCommit: null,
  unavailable: 'commit-timestamps-off',
}
const captured = {
  voice: 'warehouse',
  system: 'postgres',
  phase: 'before',
  dsnHash: HASH,
  observedAt: '2026-01-02T03:04:05.678901Z',
  schemaFingerprint: HASH,
  relations: [['analytics', 'orders', 'table', '99']],
  truncated: false,
}

const SEALED = { 'clyra:sealed': HASH }
const started = {
  run: 'r-1',
  subject: '5f0c2d3e-1a2b-4c3d-8e4f-001122334455',
  demonstration: false,
  governance: {
    job_id: null,
    service_id: null,
    pipeline_id: null,
    agent_id: 'agent-7',
    runtime_versions: [],
    schema_versions: [],
  },
  payout: {
    run_id: 'r-1',
    actor_id: null,
    asset_id: null,
    change_intent: null,
    business_metric_refs: [],
    payout_ref: null,
    currency: null,
  },
  policy: null,
}
const decision = {
  outcome: 'repair',
  rules: ['mail-schema'],
  reasons: ['schema'],
  obligations: ['receipt'],
  mode: 'gate',
  policy: HASH,
}

/** What no file of a recorded run says: the warehouse's own words, and an event with every attribute there is. */
const FURTHER_EVENTS: readonly EventInput[] = [
  { type: 'dev.clyra.anchor.provisional.v1', source: 'postgres', id: PROVISIONAL, data: position },
  {
    type: 'dev.clyra.anchor.confirmed.v1',
    source: 'postgres',
    data: { ...position, phase: 'after', provisional: PROVISIONAL },
  },
  {
    type: 'dev.clyra.anchor.contradicted.v1',
    source: 'postgres',
    data: { ...position, phase: 'after', provisional: PROVISIONAL, reasons: ['lsn-went-back'] },
  },
  {
    type: 'dev.clyra.anchor.unavailable.v1',
    source: 'postgres',
    data: { system: 'postgres', phase: 'after', code: 'POST_TIMEOUT', detail: '57014', dsnHash: HASH },
  },
  { type: 'dev.clyra.snapshot.captured.v1', source: 'postgres', data: captured },
  { type: 'dev.clyra.snapshot.relation.v1', source: 'postgres', data: relation },
  { type: 'dev.clyra.run.exited.v1', source: 'clyra', data: { run: 'r-1', exitCode: null, signal: 'SIGKILL' } },
  {
    type: 'dev.clyra.run.reread.v1',
    source: 'clyra',
    data: { run: 'r-1', reading: 2, voices: ['log'], because: 'log-better' },
  },
  {
    type: 'dev.clyra.run.left-out.v1',
    source: 'clyra',
    data: { run: 'r-1', source: 'log', name: 'dbt.log.1', reason: 'another-run', count: 12 },
  },
  {
    type: 'dev.clyra.dbt.node.response.v1',
    source: 'dbt',
    data: {
      voice: 'claim',
      invocation: 'i-1',
      node: 'model.shop.orders',
      members: [['query_id', '01b8-0001']],
      leftOut: ['_message'],
      batches: { succeeded: '2', failed: '1' },
    },
  },
  {
    type: 'dev.clyra.dbt.source.freshness.v1',
    source: 'dbt',
    data: {
      voice: 'claim',
      invocation: 'i-1',
      node: 'source.shop.raw.events',
      status: 'warn',
      maxLoadedAt: '2026-01-02T03:04:05Z',
      observedAt: '2026-01-02T15:04:05.5Z',
      ageSeconds: '43200.5',
      warnAfter: ['12', 'hour'],
      errorAfter: null,
      executionSeconds: '0.25',
      message: null,
    },
  },
  {
    type: 'dev.clyra.artifact.repository.v1',
    source: 'git',
    data: { invocation: 'i-1', commit: null, modified: null, unavailable: 'refused' },
  },
  {
    type: 'dev.clyra.finding.raised.v1',
    source: 'clyra',
    data: {
      code: 'relation-absent',
      disposition: 'contradicted',
      severity: 'high',
      node: 'model.shop.orders',
      events: [PROVISIONAL],
      voices: ['claim', 'warehouse'],
      said: [['warehouse', 'absent']],
    },
  },
  {
    type: 'dev.clyra.finding.raised.v2',
    source: 'clyra',
    data: {
      code: 'relation-dropped',
      disposition: 'unclaimed',
      severity: 'high',
      node: null,
      relation: [null, 'analytics', 'old.orders'],
      events: [PROVISIONAL],
      voices: ['warehouse'],
      said: [['warehouse-after', 'absent']],
    },
  },
  {
    type: 'dev.clyra.metrics.observed.v1',
    source: 'clyra',
    data: {
      what: 'dbt.duration',
      unit: 'seconds',
      from: null,
      to: null,
      count: '1',
      p50: '7.02',
      p95: '7.02',
      p99: '7.02',
      max: '7.02',
      budget: null,
      within: null,
      subject: null,
    },
  },
  { type: 'dev.clyra.run.started.v1', source: 'clyra', data: { ...started, tool: 'other', capture: 'ingest' } },
  {
    type: 'dev.clyra.run.started.v2',
    source: 'clyra',
    data: { ...started, tool: 'agent', capture: 'library', parent: 'r-0' },
  },
  {
    type: 'dev.clyra.run.linked.v1',
    source: 'clyra',
    data: { run: 'r-1', stream: 'approval-1', role: 'approval' },
  },
  {
    type: 'dev.clyra.receipt.intended.v1',
    source: 'gateway',
    data: { receipt: 'rc-1', route: 'mail', request: SEALED, decision },
  },
  {
    type: 'dev.clyra.receipt.issued.v1',
    source: 'gateway',
    data: {
      receipt: 'rc-1',
      route: 'mail',
      actor: 'pseudonym-1',
      tenant: null,
      upstream: 'mail.example',
      request: SEALED,
      response: SEALED,
      schema: { hash: HASH, result: 'repaired', failed: ['/to/*'] },
      policy: { file: HASH, effective: HASH },
      decision,
      threats: [['owasp-llm', '2025', 'LLM01']],
      data: { queryTag: 'q', relations: ['analytics.orders'], schemaChange: false, anchors: [PROVISIONAL] },
      verdicts: ['v-1'],
      approval: 'approval-1',
      governance: null,
      payout: null,
      status: 200,
      latency: { added: '812', upstream: '90210' },
      sizes: { request: '1024', response: '4096' },
      bodies: 'sealed',
    },
  },
  {
    type: 'dev.clyra.receipt.stream.v1',
    source: 'gateway',
    data: { receipt: 'rc-1', count: '12', hash: SEALED, ended: 'done' },
  },
  {
    type: 'dev.clyra.window.closed.v1',
    source: 'gateway',
    data: { records: '3', next: 'w-2', runs: [['r-7', '12', HASH]] },
  },
  {
    type: 'dev.clyra.verdict.given.v1',
    source: 'detector',
    data: {
      detector: 'injection',
      version: '3',
      digest: HASH,
      subject: 'rc-1',
      result: 'not-scanned',
      confidence: null,
      classes: ['prompt-injection'],
      shadow: false,
    },
  },
  {
    type: 'dev.clyra.mcp.tool.called.v1',
    source: 'agent',
    data: {
      call: 'c-1',
      server: 'files',
      tool: 'read',
      arguments: SEALED,
      result: 'success',
      content: null,
      startedAt: '2026-01-02T03:04:05Z',
      elapsedSeconds: '0.25',
      receipt: 'rc-1',
    },
  },
  {
    type: 'org.example.everything.v1',
    source: 'https://example.org/tills/7?shop=a%20b#drawer',
    id: '01890a5d-ac96-874b-bcce-b302099a8058',
    time: '2026-01-02T03:04:05.123456789Z',
    subject: 'Kasse „7“ \u{1f4b6}',
    datacontenttype: 'application/vnd.example+json; charset=utf-8',
    dataschema: 'https://example.org/schemas/everything.json#v1',
    actor: 'pseudonym-1',
    correlationid: 'c-1',
    causationid: PROVISIONAL,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    runid: 'r-1',
    extensions: { tenant: 'a', sampledrate: '1' },
    data: {
      text: 'a"\\/\b\f\n\r\t\u0001\u2028é\u{10ffff}',
      numbers: [0, -1, 9007199254740991],
      none: null,
      deep: [[{}]],
    },
  },
]

export interface ExampleLedger {
  /** The project's folder, in which the program runs. */
  readonly project: string
  readonly vkey: string
  /** Every record as it lies in the exported log, in position order. */
  readonly records: readonly Uint8Array[]
  /** The published checkpoint's path. */
  readonly checkpoint: string
  /** A bundle of a run, signed by the evidence key. */
  readonly bundle: string
  /** The key that signed the bundle: id and public key, hex. */
  readonly evidenceKey: { readonly id: string; readonly public: string }
}

/**
 * A ledger that holds at least one record of each kind that the program writes, in `<folder>/project`: recorded
 * runs read in, the oldest of them erased, records lost and given up, an evidence key taken over and revoked, and what only a live run records.
 */
export async function exampleLedger(folder: string, recordings = RECORDINGS): Promise<ExampleLedger> {
  const project = join(folder, 'project')
  const succeeds = (...args: string[]) => {
    const ended = clyra(folder, args)
    expect(`${args.join(' ')}: ${ended.status} ${ended.status === 0 ? '' : ended.stderr}`).toBe(`${args.join(' ')}: 0 `)
  }
  succeeds('init', '--origin', 'shop.example')
  for (const recording of recordings) {
    leaveRun(folder, recording)
    succeeds('ingest', 'dbt', 'target')
  }
  // The shape of `clyra runs --json` is a schema of spec/cli.
  const { runs } = clyraJson(folder, ['runs']) as { runs: { run: string }[] }
  succeeds('redact', runs.at(-1)?.run ?? 'none', '--yes')
  // Set back to before its last records, and told to go on.
  const [state, kept] = [join(project, '.clyra'), join(folder, 'kept')]
  cpSync(state, kept, { recursive: true })
  succeeds('keys', 'rotate')
  rmSync(state, { recursive: true })
  cpSync(kept, state, { recursive: true })
  succeeds('adopt', '--yes')
  // The shape of `clyra keys --json` is a schema of spec/cli.
  const { vkey, keys } = clyraJson(folder, ['keys']) as { vkey: string; keys: { id: string; purpose: string }[] }
  succeeds('keys', 'rotate')
  succeeds('keys', 'revoke', keys.find(({ purpose }) => purpose === 'evidence')?.id ?? 'none', '--reason', 'superseded')
  await using ledger = await openLedger({ directory: join(project, '.clyra') })
  await ledger.append('shop-1', 'no-stream', FURTHER_EVENTS)
  await ledger.close()
  const bundle = join(project, 'run.def.zip')
  succeeds('bundle', '--last', '-o', bundle)
  const tiles = join(project, 'tiles')
  succeeds('export', 'tiles', tiles)
  const records = entriesOf(join(tiles, 'tile', 'entries'))
  const introduced = records
    .map((record) => JSON.parse(Buffer.from(record).toString()))
    .filter(({ type }) => type === 'dev.clyra.ledger.key.introduced.v2')
  return {
    project,
    vkey,
    records,
    checkpoint: join(tiles, 'checkpoint'),
    bundle,
    evidenceKey: introduced.at(-1).data.key,
  }
}

/** The entries of a tlog-tiles tree in order: each is its length (u16be) and its bytes. */
function entriesOf(directory: string): Uint8Array[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  // Fewer than 256,000 entries: `000`, `001`, ..., the last one `NNN.p/<width>`, in byte order.
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return paths.flatMap((path) => {
    const bytes = readFileSync(path)
    const entries: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
      entries.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)))
    return entries
  })
}
