import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '../checks/expect.mjs'
import { bytesOf, expectedBytes, readyBatches, sampled, workload } from './peer.mjs'

/** SQLite as people build event stores with it: WAL, synchronous = FULL, UNIQUE(stream, version). No hash, no chain, no unique ids, no schema. */
export const sqlite = ({ input = 'objects', synchronous = 'FULL' } = {}) => ({
  key: input === 'bytes' ? 'sqlite-bytes' : 'sqlite',
  name: 'SQLite FULL + UNIQUE',
  input,
  flushed: /events\.db-wal$/,

  async create(place) {
    mkdirSync(place, { recursive: true })
    const db = await connect(place, synchronous)
    db.exec(`CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL, event BLOB NOT NULL,
      UNIQUE (stream, version))`)
    db.close()
  },

  async open(place) {
    const db = await connect(place, synchronous)
    return { db, insert: db.prepare('INSERT INTO events (stream, version, id, event) VALUES (?, ?, ?, ?)') }
  },

  ready: async (_, shape) => readyBatches(shape, input),

  /** One transaction for each batch, durable when COMMIT returns. */
  async append({ db, insert }, work) {
    for (const { stream, version, ids, events } of work) {
      db.exec('BEGIN IMMEDIATE')
      for (let i = 0; i < events.length; i++) insert.run(stream, version + i, ids[i], bytesOf(events[i]))
      db.exec('COMMIT')
    }
  },

  async settle({ db }) {
    const [{ synchronous: level }] = [db.pragma('synchronous', { simple: true })].flat()
    expect(Number(level) === 2, `SQLite ran with synchronous = ${level}`)
  },

  close: async ({ db }) => db.close(),

  async check(place, { count }) {
    const db = await connect(place, synchronous)
    const { found } = db.prepare('SELECT count(*) AS found FROM events').get()
    expect(found === count, `SQLite holds ${found} of ${count} events`)
    const select = db.prepare('SELECT id, event FROM events WHERE stream = ? AND version = ?')
    for (const n of sampled(count)) {
      const row = select.get(workload.streamOf(n), workload.revisionOf(n))
      expect(row?.id === workload.id(n) && expectedBytes(n).equals(row.event), `SQLite: event ${n} is another one`)
    }
    db.close()
    return { records: count }
  },
})

async function connect(place, synchronous) {
  const { default: Database } = await import('libsql')
  const db = new Database(join(place, 'events.db'))
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${synchronous}`)
  return db
}
