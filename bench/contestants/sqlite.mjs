import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'

const connect = (directory) => {
  const db = new Database(join(directory, 'events.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  return db
}

/** SQLite as people build event stores with it: WAL, synchronous = FULL, UNIQUE(stream, version). No hash, no chain, no ids, no schema. */
export const sqlite = {
  name: 'SQLite FULL + UNIQUE',

  async create(directory) {
    mkdirSync(directory, { recursive: true })
    const db = connect(directory)
    db.exec(`CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL, event BLOB NOT NULL,
      UNIQUE (stream, version))`)
    db.close()
  },

  async open(directory) {
    const db = connect(directory)
    return { db, insert: db.prepare('INSERT INTO events (stream, version, id, event) VALUES (?, ?, ?, ?)') }
  },

  ready: ({ stream, expected, events }, input) => ({
    stream,
    version: expected === 'no-stream' ? 0 : Number(expected) + 1,
    ids: events.map(({ id }) => id),
    events: input === 'bytes' ? events.map(encode) : events,
  }),

  /** One transaction for each batch, durable when COMMIT returns. */
  async append({ db, insert }, { stream, version, ids, events }) {
    db.exec('BEGIN IMMEDIATE')
    for (let i = 0; i < events.length; i++) {
      const event = events[i]
      insert.run(stream, version + i, ids[i], Buffer.isBuffer(event) ? event : encode(event))
    }
    db.exec('COMMIT')
  },

  async settle({ db }) {
    const [{ synchronous }] = [db.pragma('synchronous', { simple: true })].flat()
    if (Number(synchronous) !== 2) throw new Error(`SQLite ran with synchronous = ${synchronous}`)
  },

  close: async ({ db }) => db.close(),

  async check(directory, expected) {
    const db = connect(directory)
    const { count } = db.prepare('SELECT count(*) AS count FROM events').get()
    db.close()
    if (count !== expected) throw new Error(`SQLite holds ${count} of ${expected} events`)
    return { records: count }
  },
}

const encode = (event) => Buffer.from(JSON.stringify(event))
