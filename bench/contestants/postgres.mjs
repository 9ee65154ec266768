import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from '../checks/expect.mjs'
import { bytesOf, expectedBytes, readyBatches, sampled, workload } from './peer.mjs'

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }

/** PostgreSQL 15 over loopback: one multi-row INSERT for each batch, UNIQUE (stream, version). Committed when it returns. */
export const postgres = ({ input = 'objects', settings = DURABLE } = {}) => ({
  key: 'postgres',
  name: 'PostgreSQL 15 + UNIQUE',
  input,
  /** Its processes are not ours to trace: its own settings are asked instead. */
  flushed: undefined,
  inserts: new Map(),

  async unavailable() {
    const { lookUp } = await import('../../test/services/layout.mjs')
    const { present, detail } = lookUp('postgres')
    return present ? undefined : detail
  },

  async create(place) {
    mkdirSync(place, { recursive: true, mode: 0o755 })
    this.server = await startServer(place, settings)
    await this.server.query(`CREATE TABLE events (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL, version bigint NOT NULL,
      id uuid NOT NULL, event bytea NOT NULL, UNIQUE (stream, version))`)
  },

  async open() {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: this.server.url })
    // Where a check failed the server is stopped under it; a query under way is rejected all the same.
    client.on('error', () => undefined)
    await client.connect()
    return client
  },

  ready: async (_, shape) => readyBatches(shape, input),

  async append(client, work) {
    for (const { stream, version, ids, events } of work) {
      const values = []
      for (let i = 0; i < events.length; i++) values.push(stream, version + i, ids[i], bytesOf(events[i]))
      await client.query({ name: `insert-${events.length}`, text: this.insertOf(events.length), values })
    }
  },

  async settle(client) {
    for (const [name, wanted] of Object.entries(DURABLE)) {
      const { rows } = await client.query(`SHOW ${name}`)
      expect(rows[0][name] === wanted, `PostgreSQL ran with ${name} = ${rows[0][name]}`)
    }
  },

  close: (client) => client.end(),

  async check(_, { count }) {
    const client = await this.open()
    const { rows } = await client.query('SELECT count(*)::int AS found FROM events')
    expect(rows[0].found === count, `PostgreSQL holds ${rows[0].found} of ${count} events`)
    for (const n of sampled(count)) {
      const { rows } = await client.query('SELECT id, event FROM events WHERE stream = $1 AND version = $2', [
        workload.streamOf(n),
        workload.revisionOf(n),
      ])
      const right = rows[0]?.id === workload.id(n) && expectedBytes(n).equals(rows[0].event)
      expect(right, `PostgreSQL: event ${n} is another one`)
    }
    await client.end()
    return { records: count }
  },

  insertOf(rows) {
    const known = this.inserts.get(rows)
    if (known !== undefined) return known
    const tuple = (i) => `($${4 * i + 1}::text,$${4 * i + 2}::bigint,$${4 * i + 3}::uuid,$${4 * i + 4}::bytea)`
    const tuples = Array.from({ length: rows }, (_, i) => tuple(i))
    const text = `INSERT INTO events (stream, version, id, event) VALUES ${tuples.join(',')}`
    this.inserts.set(rows, text)
    return text
  },

  /** After the last check. */
  async end() {
    await this.server?.stop()
  },
})

/** The test server, written in TypeScript, with its data where the others have theirs: on the disk that is measured. */
async function startServer(place, settings) {
  const { runnerImport } = await import('vite')
  const file = fileURLToPath(new URL('../../test/services/postgres.ts', import.meta.url))
  const { module } = await runnerImport(file, { logLevel: 'error', configFile: false })
  const before = process.env.TMPDIR
  process.env.TMPDIR = place
  try {
    return await module.startPostgres({
      major: 15,
      trackCommitTimestamp: false,
      settings: { ...settings, wal_level: 'replica', shared_buffers: '256MB', max_wal_size: '4GB' },
    })
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}
