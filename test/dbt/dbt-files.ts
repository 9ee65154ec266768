/**
 * Hand-made logs and artefacts of dbt for the tests of `connectors/dbt`: every line has the members that dbt 1.11
 * writes and the readers look at, and some that they must ignore.
 */
export const INVOCATION = '0f2c1b5e-8a57-4c36-9d3f-6c1f0b7e2a11'
export const OTHER_INVOCATION = '7d0e6a52-1f0b-4e9c-8b1a-3f5d2c4e6a88'
export const RUN = '01900000-0000-7000-8000-000000000001'

interface LineOptions {
  readonly thread?: string
  readonly invocation?: string
  readonly runId?: string
  readonly code?: string
  readonly msg?: string
}

/** A log in the making: each line a millisecond after the one before. */
export class LogBuilder {
  readonly lines: string[] = []
  readonly #connections = new Map<string, string>()
  #millis = 0

  line(name: string, data: object = {}, options: LineOptions = {}): this {
    const millis = String(this.#millis++)
    const ts = `2026-03-01T10:00:${millis.padStart(5, '0').slice(0, 2)}.${millis.padStart(5, '0').slice(2)}000Z`
    const info = {
      category: '',
      code: options.code ?? 'X000',
      extra: options.runId === undefined ? {} : { CLYRA_RUN_ID: options.runId },
      invocation_id: options.invocation ?? INVOCATION,
      level: 'debug',
      msg: options.msg ?? name,
      name,
      pid: 7,
      thread: options.thread ?? 'MainThread',
      ts,
    }
    this.lines.push(JSON.stringify({ data, info }))
    return this
  }

  start(options: LineOptions = {}): this {
    return this.line('MainReportVersion', { log_version: 3, version: '=1.11.16' }, options)
      .line(
        'MainReportArgs',
        { args: { invocation_command: "dbt --log-level-file debug build --vars '{a: b}'" } },
        options,
      )
      .line('AdapterRegistered', { adapter_name: 'postgres', adapter_version: '=1.11.0' }, options)
      .line('ConcurrencyLine', { node_count: 2, num_threads: 2, target_name: 'dev' }, options)
  }

  /** As dbt's adapters do: the thread's connection takes the node's name, is announced, and asks. */
  query(sql: string, node: string | null, options: LineOptions = {}): this {
    const thread = options.thread ?? 'MainThread'
    const name = node ?? 'master'
    const formerly = this.#connections.get(thread)
    if (formerly === undefined) this.line('NewConnection', { conn_name: name, conn_type: 'postgres' }, options)
    else if (formerly !== name) this.line('ConnectionReused', { conn_name: name, orig_conn_name: formerly }, options)
    this.#connections.set(thread, name)
    this.line('ConnectionUsed', { conn_name: name, conn_type: 'postgres', ...withNode(node) }, options)
    return this.line('SQLQuery', { sql, conn_name: node ?? 'master', ...withNode(node) }, options)
  }

  status(status: string, node: string | null = null, options: LineOptions = {}): this {
    return this.line('SQLQueryStatus', { status, elapsed: 0.001234567, query_id: '', ...withNode(node) }, options)
  }

  statement(sql: string, status: string, node: string | null, options: LineOptions = {}): this {
    return this.query(sql, node, options).status(status, node, options)
  }

  commit(node: string | null, options: LineOptions = {}): this {
    const conn_name = node ?? 'master'
    return this.line('SQLCommit', { conn_name, ...withNode(node) }, options).statement(
      'COMMIT',
      'COMMIT',
      node,
      options,
    )
  }

  /** `info`: members of `node_info` that differ from those of a table. */
  nodeStart(node: string, options: LineOptions = {}, info: object = {}): this {
    return this.line('NodeStart', withNode(node, 'started', info), options)
  }

  nodeEnd(node: string, status: string, extra: object = {}, options: LineOptions = {}, info: object = {}): this {
    const run_result = { status, message: '', execution_time: 0.25, thread: options.thread ?? 'MainThread', ...extra }
    return this.line('NodeFinished', { ...withNode(node, status, info), run_result }, options)
  }

  end(success = true, options: LineOptions = {}): this {
    return this.line('CommandCompleted', { command: 'dbt build', elapsed: 1.5, success }, options)
  }

  get bytes(): Uint8Array {
    return new TextEncoder().encode(`${this.lines.join('\n')}\n`)
  }
}

function withNode(node: string | null, status = 'started', info: object = {}): object {
  if (node === null) return {}
  const [type = '', , name = ''] = node.split('.')
  const builds = type === 'model' || type === 'seed' || type === 'snapshot'
  return {
    node_info: {
      unique_id: node,
      resource_type: type,
      materialized: type === 'model' ? 'table' : type,
      node_status: status,
      node_started_at: '2026-03-01T10:00:00.000001',
      node_finished_at: '2026-03-01T10:00:01.000001',
      node_relation: {
        database: 'shop',
        schema: 'public',
        alias: name,
        relation_name: builds ? `"shop"."public"."${name}"` : '',
      },
      meta: { owner: 'ignored' },
      ...info,
    },
  }
}

export interface Result {
  readonly unique_id: string
  readonly status: string
  readonly [name: string]: unknown
}

export function runResultsOf(
  results: readonly Result[],
  options: { invocation?: string; env?: object; version?: number; which?: string; invocationCommand?: string } = {},
) {
  return json({
    metadata: {
      dbt_schema_version: `https://schemas.getdbt.com/dbt/run-results/v${options.version ?? 6}.json`,
      dbt_version: '1.11.16',
      generated_at: '2026-03-01T10:00:09.5Z',
      invocation_id: options.invocation ?? INVOCATION,
      env: options.env ?? {},
      unheard_of: [1],
    },
    results: results.map((row) => ({
      timing: [],
      thread_id: 'Thread-1',
      execution_time: 0.1,
      adapter_response: {},
      ...row,
    })),
    elapsed_time: 5.0067901611328125e-6,
    args: { which: options.which ?? 'build', invocation_command: options.invocationCommand ?? 'dbt build' },
  })
}

export function manifestOf(
  options: { invocation?: string; env?: object; version?: number; project?: string | null; materialized?: string } = {},
) {
  const project = options.project === undefined ? 'shop' : options.project
  const node = (type: string, name: string, path: string, extra: object = {}) => ({
    resource_type: type,
    package_name: 'shop',
    original_file_path: path,
    patch_path: type === 'model' ? 'shop://models/schema.yml' : null,
    database: 'shop',
    schema: 'public',
    alias: name,
    relation_name: type === 'test' ? null : `"shop"."public"."${name}"`,
    config: { materialized: type === 'model' ? (options.materialized ?? 'table') : type, severity: 'ERROR' },
    depends_on: { nodes: [] },
    raw_code: 'select 1',
    ...extra,
  })
  return json({
    metadata: {
      dbt_schema_version: `https://schemas.getdbt.com/dbt/manifest/v${options.version ?? 12}.json`,
      dbt_version: '1.11.16',
      generated_at: '2026-03-01T10:00:00Z',
      invocation_id: options.invocation ?? INVOCATION,
      adapter_type: 'postgres',
      env: options.env ?? {},
      ...(project === null ? {} : { project_name: project }),
    },
    nodes: {
      'model.shop.orders': node('model', 'orders', 'models\\orders.sql'),
      'seed.shop.raw': node('seed', 'raw', 'seeds/raw.csv'),
      'test.shop.unique_orders': node('test', 'unique_orders', 'models/schema.yml', {
        attached_node: 'model.shop.orders',
        depends_on: { nodes: ['model.shop.orders', 'seed.shop.raw'] },
      }),
      'model.other_package.thing': node('model', 'thing', 'models/thing.sql', {
        package_name: 'other_package',
        patch_path: null,
      }),
      'model.shop.outside': node('model', 'outside', '../../etc/passwd', { patch_path: null }),
    },
    sources: {},
    macros: {
      'macro.shop.helper': { package_name: 'shop', original_file_path: 'macros/helper.sql', resource_type: 'macro' },
      'macro.dbt.run_query': {
        package_name: 'dbt',
        original_file_path: 'macros/etc/statement.sql',
        resource_type: 'macro',
      },
    },
    docs: {},
  })
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
