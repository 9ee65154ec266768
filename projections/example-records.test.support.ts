import { createHash } from 'node:crypto'
import type { EventData, KnownType } from '../src/events/families/index.js'
import type { LedgerRecord } from '../src/events/index.js'

/** Records for tests of folds: well-formed envelopes; `prev` and leaves are made up, because a fold never looks at them. */
export function recordMaker(start = 0) {
  let position = start
  const revisions = new Map<string, number>()
  return <T extends KnownType>(
    stream: string,
    type: T,
    data: EventData[T],
    time = '2025-11-21T12:54:03Z',
  ): LedgerRecord => {
    const revision = revisions.get(stream) ?? 0
    revisions.set(stream, revision + 1)
    const bytes = new TextEncoder().encode(JSON.stringify({ position, stream, type, data }))
    return {
      position: position++,
      leaf: createHash('sha256').update(bytes).digest(),
      bytes,
      event: {
        specversion: '1.0',
        id: `0199f0aa-0000-7000-8000-${String(position).padStart(12, '0')}`,
        source: '/ci/nightly',
        type,
        data,
        time,
        ledger: 'example.clyra.internal',
        stream,
        revision: String(revision),
        prev: '0'.repeat(64),
        submitter: 'local',
        recordedat: `2025-11-21T12:54:${String(10 + (position % 50)).padStart(2, '0')}.000Z`,
      },
    }
  }
}

export const RUN = '0199f0aa-1111-7222-8333-444455556666'
const HEX = (seed: string) => createHash('sha256').update(seed).digest('hex')
const INVOCATION = '5a1c2b9e-8f1b-4c77-9a55-0d2f3f6f0c11'

export function startedData(
  overrides: Partial<EventData['dev.clyra.run.started.v2']> = {},
): EventData['dev.clyra.run.started.v2'] {
  return {
    run: RUN,
    tool: 'dbt',
    parent: null,
    subject: '7f9c2b1e-8f1b-4c77-9a55-0d2f3f6f0c11',
    capture: 'wrapper',
    demonstration: false,
    governance: {
      job_id: 'nightly',
      service_id: null,
      pipeline_id: 'warehouse',
      agent_id: null,
      runtime_versions: [['dbt-core', '1.11.16']],
      schema_versions: [],
    },
    payout: {
      run_id: RUN,
      actor_id: null,
      asset_id: null,
      change_intent: 'nightly build',
      business_metric_refs: [],
      payout_ref: null,
      currency: null,
    },
    policy: null,
    ...overrides,
  }
}

export function nodeData(
  node: string,
  voice: 'claim' | 'log' | 'warehouse',
  overrides: Partial<EventData['dev.clyra.dbt.node.executed.v1']> = {},
): EventData['dev.clyra.dbt.node.executed.v1'] {
  return {
    voice,
    invocation: INVOCATION,
    node,
    resourceType: node.split('.')[0] ?? 'model',
    materialized: 'table',
    relation: ['shop', 'analytics', node.split('.').at(-1) ?? node],
    status: 'success',
    startedAt: '2025-11-21T12:54:04.120000Z',
    completedAt: '2025-11-21T12:54:04.310000Z',
    executionSeconds: '0.190012',
    thread: 'Thread-1 (worker)',
    adapterCode: 'SELECT',
    rowsAffected: '99',
    message: null,
    ...overrides,
  }
}

export function testData(
  node: string,
  voice: 'claim' | 'log' | 'warehouse',
  overrides: Partial<EventData['dev.clyra.dbt.test.result.v1']> = {},
): EventData['dev.clyra.dbt.test.result.v1'] {
  return {
    voice,
    invocation: INVOCATION,
    node,
    tested: ['model.jaffle_shop.orders'],
    severity: 'error',
    status: 'pass',
    failures: '0',
    startedAt: '2025-11-21T12:54:05.000000Z',
    completedAt: '2025-11-21T12:54:05.021000Z',
    executionSeconds: '0.021',
    thread: 'Thread-2 (worker)',
    message: null,
    ...overrides,
  }
}

export function statementData(
  ordinal: number,
  overrides: Partial<EventData['dev.clyra.dbt.statement.executed.v1']> = {},
): EventData['dev.clyra.dbt.statement.executed.v1'] {
  return {
    voice: 'log',
    invocation: INVOCATION,
    ordinal: String(ordinal),
    node: 'model.jaffle_shop.orders',
    origin: 'node',
    connection: 'model.jaffle_shop.orders',
    thread: 'Thread-1 (worker)',
    kind: 'statement',
    verb: 'CREATE',
    text: { 'clyra:sealed': HEX(`text ${ordinal}`) },
    fingerprint: HEX(`fingerprint ${ordinal}`),
    fingerprintKey: '0123456789abcdef',
    truncated: false,
    multiStatement: false,
    startedAt: '2025-11-21T12:54:04.130000Z',
    elapsedSeconds: '0.012',
    outcome: 'success',
    commandTag: 'SELECT 99',
    rows: '99',
    queryId: null,
    ...overrides,
  }
}

export function invocationStarted(
  voice: 'claim' | 'log',
  overrides: Partial<EventData['dev.clyra.dbt.invocation.started.v1']> = {},
): EventData['dev.clyra.dbt.invocation.started.v1'] {
  return {
    voice,
    invocation: INVOCATION,
    engine: 'dbt-core',
    version: '1.11.16',
    command: 'build',
    arguments: { 'clyra:sealed': HEX('arguments') },
    project: 'jaffle_shop',
    target: 'prod',
    adapter: 'postgres',
    threads: 4,
    ...overrides,
  }
}

export function invocationCompleted(
  voice: 'claim' | 'log',
  success: boolean | null,
): EventData['dev.clyra.dbt.invocation.completed.v1'] {
  return { voice, invocation: INVOCATION, success, elapsedSeconds: '5.124033', results: [['success', '5']] }
}

/** The records of a bundle: genesis, first key, a whole run, H. `flavour` decides how the run went. */
export function exampleBundle(
  flavour: 'good' | 'failing' | 'killed',
  options: { demonstration?: boolean } = {},
): LedgerRecord[] {
  const make = recordMaker()
  const stream = `run-${RUN}`
  const key = (purpose: 'ledger' | 'evidence') => ({
    id: HEX(`${purpose} id`),
    purpose,
    alg: 'ed25519' as const,
    type: 1 as const,
    public: HEX(purpose),
  })
  const models = ['raw_customers', 'raw_orders', 'stg_customers', 'stg_orders', 'customers', 'orders'].map(
    (name) => `${name.startsWith('raw') ? 'seed' : 'model'}.jaffle_shop.${name}`,
  )
  const failing = flavour === 'failing'
  const rows = (i: number) => (failing && i === 5 ? null : String(99 + i * 1234))
  const killed = flavour === 'killed'
  const anchor = {
    system: 'postgres' as const,
    dsnHash: HEX('dsn'),
    serverVersion: '15.14',
    systemIdentifier: '7573912345678901234',
    timeline: '1',
    snapshot: '741:741:',
    anchorSessionXid: null,
    failed: [],
    warnings: ['commit-timestamps-off' as const],
  }
  const records = [
    make('ledger-genesis', 'dev.clyra.ledger.genesis.v1', {
      format: 'clyra.ledger/1',
      admission: 'clyra.admission/1',
      hash: 'rfc6962-sha256',
      origin: 'example.clyra.internal',
      nonce: HEX('nonce'),
      keys: [key('ledger')],
      roots: [],
    }),
    make('ledger-keys', 'dev.clyra.ledger.key.introduced.v2', { key: key('evidence'), replaces: null }),
    make(stream, 'dev.clyra.run.started.v2', startedData({ demonstration: options.demonstration ?? false })),
    make(stream, 'dev.clyra.anchor.provisional.v1', {
      ...anchor,
      phase: 'before',
      lsn: '0/16B3748',
      observedAt: '2025-11-21T12:54:02.912Z',
    }),
    make(stream, 'dev.clyra.snapshot.captured.v1', {
      voice: 'warehouse',
      system: 'postgres',
      phase: 'before',
      dsnHash: HEX('dsn'),
      observedAt: '2025-11-21T12:54:02.950Z',
      schemaFingerprint: HEX('before'),
      relations: [['analytics', 'customers', 'table', '99']],
      truncated: false,
    }),
    make(stream, 'dev.clyra.dbt.invocation.started.v1', invocationStarted('log')),
    make(stream, 'dev.clyra.dbt.invocation.started.v1', invocationStarted('claim')),
  ]
  models.forEach((model, i) => {
    for (const [verb, tag, rows] of [
      ['BEGIN', 'BEGIN', null],
      ['CREATE', 'SELECT 99', '99'],
      ['ALTER', 'ALTER TABLE', null],
    ] as const) {
      records.push(
        make(
          stream,
          'dev.clyra.dbt.statement.executed.v1',
          statementData(records.length, { node: model, verb, commandTag: tag, rows }),
        ),
      )
    }
    const last = i === models.length - 1
    if (killed && last) {
      records.push(
        make(
          stream,
          'dev.clyra.dbt.statement.executed.v1',
          statementData(records.length, {
            node: model,
            outcome: 'unknown',
            rows: null,
            commandTag: null,
            elapsedSeconds: null,
          }),
        ),
      )
      return
    }
    const status = failing && last ? ('error' as const) : ('success' as const)
    records.push(
      make(
        stream,
        'dev.clyra.dbt.statement.executed.v1',
        statementData(records.length, {
          node: model,
          kind: 'commit',
          verb: null,
          text: null,
          fingerprint: null,
          fingerprintKey: null,
          rows: null,
          commandTag: null,
        }),
      ),
    )
    records.push(
      make(stream, 'dev.clyra.dbt.node.executed.v1', nodeData(model, 'log', { status, rowsAffected: rows(i) })),
    )
    if (!killed) {
      records.push(
        make(
          stream,
          'dev.clyra.dbt.node.executed.v1',
          nodeData(model, 'claim', {
            status,
            rowsAffected: failing && model.endsWith('.customers') ? '4935' : rows(i),
          }),
        ),
      )
      const present = !(failing && i === 3)
      records.push(
        make(stream, 'dev.clyra.snapshot.relation.v1', {
          voice: 'warehouse',
          system: 'postgres',
          node: model,
          relation: ['shop', 'analytics', model.split('.').at(-1) ?? ''],
          observedAt: '2025-11-21T12:54:09.300Z',
          present,
          kind: present ? 'table' : null,
          columns: present
            ? [
                ['id', 'integer'],
                ['created_at', 'timestamp with time zone'],
              ]
            : [],
          columnsTruncated: false,
          estimatedRows: present ? '99' : null,
          newestCommit: present && i % 2 === 0 ? '2025-11-21T12:54:05.102331Z' : null,
          unavailable: present ? (i % 2 === 0 ? null : 'commit-timestamps-off') : 'absent',
        }),
      )
    }
  })
  const tests = [
    'not_null_orders_id.cf6c17daed',
    'unique_orders_id.fed79b3a6e',
    'accepted_values_orders_status.be6b5b5ec3',
    'relationships_orders_customer_id.c6ec7f58f2',
  ]
  if (!killed) {
    tests.forEach((test, i) => {
      const fails = failing && i === 2
      for (const voice of ['log', 'claim'] as const) {
        records.push(
          make(
            stream,
            'dev.clyra.dbt.test.result.v1',
            testData(
              `test.jaffle_shop.${test}`,
              voice,
              fails ? { status: 'fail', failures: '3', message: { 'clyra:sealed': HEX('message') } } : {},
            ),
          ),
        )
      }
    })
    records.push(make(stream, 'dev.clyra.dbt.invocation.completed.v1', invocationCompleted('log', !failing)))
    records.push(make(stream, 'dev.clyra.dbt.invocation.completed.v1', invocationCompleted('claim', !failing)))
    records.push(
      make(stream, 'dev.clyra.anchor.confirmed.v1', {
        ...anchor,
        phase: 'after',
        lsn: '0/1A40F10',
        observedAt: '2025-11-21T12:54:09.512Z',
        provisional: '0199f0aa-0000-7000-8000-000000000004',
      }),
    )
    records.push(
      make(stream, 'dev.clyra.snapshot.captured.v1', {
        voice: 'warehouse',
        system: 'postgres',
        phase: 'after',
        dsnHash: HEX('dsn'),
        observedAt: '2025-11-21T12:54:09.550Z',
        schemaFingerprint: HEX('after'),
        relations: [
          ['analytics', 'customers', 'table', '99'],
          ['analytics', 'orders', 'table', '99'],
          ['analytics', 'stg_orders', 'table', '99'],
        ],
        truncated: false,
      }),
    )
    records.push(
      make(stream, 'dev.clyra.artifact.captured.v1', {
        name: 'manifest.json',
        mediaType: 'application/json',
        sha256: HEX('manifest'),
        size: '1834233',
        invocation: INVOCATION,
      }),
    )
    records.push(
      make(stream, 'dev.clyra.artifact.captured.v1', {
        name: 'run_results.json',
        mediaType: 'application/json',
        sha256: HEX('run results'),
        size: '21834',
        invocation: INVOCATION,
      }),
    )
    records.push(
      make(stream, 'dev.clyra.artifact.source.v1', {
        path: 'models/orders.sql',
        nodes: ['model.jaffle_shop.orders'],
        sha256: HEX('orders'),
        fingerprint: null,
        commit: '3f786850e387550fdab836ed7e6dc881de23001b',
        modified: false,
        unavailable: null,
      }),
    )
    records.push(
      make(stream, 'dev.clyra.artifact.source.v1', {
        path: 'models/customers.sql',
        nodes: ['model.jaffle_shop.customers'],
        sha256: HEX('customers'),
        fingerprint: null,
        commit: '3f786850e387550fdab836ed7e6dc881de23001b',
        modified: true,
        unavailable: null,
      }),
    )
  }
  if (failing) {
    records.push(
      make(stream, 'dev.clyra.finding.raised.v2', {
        code: 'node-rows-differ',
        disposition: 'contradicted',
        severity: 'medium',
        node: 'model.jaffle_shop.customers',
        relation: null,
        events: ['a', 'b'],
        voices: ['claim', 'log'],
        said: [
          ['claim', '4935'],
          ['log', '5035'],
        ],
      }),
    )
    records.push(
      make(stream, 'dev.clyra.finding.raised.v2', {
        code: 'relation-absent',
        disposition: 'contradicted',
        severity: 'high',
        node: 'model.jaffle_shop.stg_orders',
        relation: ['shop', 'analytics', 'stg_orders'],
        events: ['a', 'b'],
        voices: ['claim', 'warehouse'],
        said: [
          ['claim', 'success'],
          ['warehouse', 'absent'],
        ],
      }),
    )
  }
  records.push(
    make(stream, 'dev.clyra.run.exited.v1', {
      run: RUN,
      exitCode: killed ? null : failing ? 1 : 0,
      signal: killed ? 'SIGKILL' : null,
    }),
  )
  if (killed) {
    records.push(make(stream, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'process-signalled', count: null }))
    records.push(make(stream, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'log-no-end', count: null }))
    records.push(make(stream, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'artifact-run-results-stale', count: null }))
    records.push(make(stream, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'nodes-without-result', count: 1 }))
    records.push(
      make(stream, 'dev.clyra.anchor.unavailable.v1', {
        system: 'postgres',
        phase: 'after',
        code: 'POST_TIMEOUT',
        detail: null,
        dsnHash: HEX('dsn'),
      }),
    )
  }
  records.push(make(stream, 'dev.clyra.run.closed.v1', { run: RUN }))
  records.push(make('ledger-heads', 'dev.clyra.ledger.heads.v1', { size: String(records.length), root: HEX('heads') }))
  return records
}

/** What an agent did: a call that was let through, a request that was stopped, one without a receipt, and two verdicts. */
export function activityRecords(make: ReturnType<typeof recordMaker>): LedgerRecord[] {
  const stream = `run-${RUN}`
  const sealed = { 'clyra:sealed': HEX('sealed') }
  const decided = (outcome: 'allow' | 'block') => ({
    outcome,
    rules: ['mail-to-customers'],
    reasons: [],
    obligations: ['receipt' as const],
    mode: 'gate' as const,
    policy: null,
  })
  const issued = (receipt: string, outcome: 'allow' | 'block') => ({
    receipt,
    route: 'mail',
    actor: 'agent-7',
    tenant: null,
    upstream: 'mail.example',
    request: sealed,
    response: null,
    schema: { hash: null, result: 'not-checked' as const, failed: [] },
    policy: { file: null, effective: null },
    decision: decided(outcome),
    threats: [],
    data: null,
    verdicts: [],
    approval: 'approval-1',
    governance: null,
    payout: null,
    status: outcome === 'allow' ? 200 : null,
    latency: { added: '812', upstream: null },
    sizes: { request: '1024', response: null },
    bodies: 'sealed' as const,
  })
  const intended = (receipt: string) => ({ receipt, route: 'mail', request: sealed, decision: decided('allow') })
  const given = (subject: string, result: 'clean' | 'not-scanned') => ({
    detector: 'injection',
    version: '3',
    digest: null,
    subject,
    result,
    confidence: null,
    classes: [],
    shadow: false,
  })
  const called = (call: string, result: 'success' | 'denied') => ({
    call,
    server: 'mail',
    tool: 'send',
    arguments: sealed,
    result,
    content: null,
    startedAt: '2025-11-21T12:54:05Z',
    elapsedSeconds: '0.25',
    receipt: `receipt-${call}`,
  })
  return [
    make(stream, 'dev.clyra.receipt.intended.v1', intended('receipt-1')),
    make(stream, 'dev.clyra.receipt.issued.v1', issued('receipt-1', 'allow')),
    make(stream, 'dev.clyra.mcp.tool.called.v1', called('1', 'success')),
    make(stream, 'dev.clyra.receipt.issued.v1', issued('receipt-2', 'block')),
    make(stream, 'dev.clyra.mcp.tool.called.v1', called('2', 'denied')),
    make(stream, 'dev.clyra.receipt.intended.v1', intended('receipt-3')),
    make(stream, 'dev.clyra.verdict.given.v1', given('receipt-1', 'clean')),
    make(stream, 'dev.clyra.verdict.given.v1', given('receipt-3', 'not-scanned')),
  ]
}
