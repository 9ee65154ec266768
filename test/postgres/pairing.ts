import type { ServerLogEntry } from '../services/index.js'
import { type ServerStatement, serverStatements } from './server-statements.js'
import type { StatementRecord } from './statement-record.js'
import { bare, copied, isSeedOf, nodeNamed, sameText } from './statement-text.js'

/** Why a statement of the server's log has no record of equal text. A closed list: anything else is unlisted. */
export const LISTED_REASONS = {
  'clyra-session': "a session of Clyra's own anchors and snapshots",
  'driver-begin': 'the BEGIN that the client sends by itself before the first statement of a transaction',
  'driver-rollback': 'the ROLLBACK with which the client gives a connection back; dbt logs none for it',
  'driver-catalogue': 'what the driver asks to know the types of the database',
  'multi-statement': 'one part of a string of several statements, which dbt logs as one',
  'seed-truncated': 'the INSERT of a seed: dbt logs placeholders, cut at 512 characters',
} as const
type ListedReason = keyof typeof LISTED_REASONS

export interface Pairing {
  readonly paired: readonly { readonly server: ServerStatement; readonly record: StatementRecord }[]
  readonly listed: readonly {
    readonly server: ServerStatement
    readonly reason: ListedReason
    /** The record that speaks of it in other words. */
    readonly record: StatementRecord | null
  }[]
  /** Statements that nobody can explain: the test fails on one. */
  readonly unlisted: readonly ServerStatement[]
  /** Records of statements that the server never saw. */
  readonly unpairedRecords: readonly StatementRecord[]
}

/** What a client sends on its own. Everything else in a run must have a record. */
const isBegin = (text: string) => /^begin;?$/i.test(text.trim())
const isCommit = (text: string) => /^commit;?$/i.test(text.trim())
const isRollback = (text: string) => /^rollback;?$/i.test(text.trim())

const DRIVER_CATALOGUE = [
  /^SELECT version\(\);?$/,
  /^\s*SELECT\s+attrelid,\s+attname,\s+atttypid\s+FROM\s+pg_catalog\.pg_attribute\s+ORDER BY\s+attrelid, attnum\s*$/,
  /^SELECT oid, typname, typreceive, typbasetype, typrelid, typarray FROM pg_catalog\.pg_type WHERE \(typreceive != 0 OR typsend != 0\) AND typtype != 'r' AND typreceive::TEXT != 'array_recv'$/,
]

/**
 * Pairs every statement of the server's own log with a record of dbt's log, one to one, or lists it under a closed
 * reason. Text decides: the whole string, byte for byte but for outer white space (the Rust engine wraps a SELECT in
 * COPY and logs it without its comment, so there the comment's node must be the record's). COMMIT and ROLLBACK have no
 * text of their own: they are paired inside the session in which the neighbours of the record were found.
 */
export function pairStatements(log: readonly ServerLogEntry[], records: readonly StatementRecord[]): Pairing {
  const statements = serverStatements(log)
  const matches = new Map<ServerStatement, Match>()
  const placed = new Map<StatementRecord, ServerStatement>()
  const take = (server: ServerStatement, record: StatementRecord, reason: ListedReason | null = null) => {
    matches.set(server, { record, reason })
    if (!placed.has(record)) placed.set(record, server)
  }
  const free = (server: ServerStatement) => !matches.has(server) && server.application !== CLYRA

  pairByText(statements, records, { take, free })
  pairInParts(statements, records, placed, { take, free })
  pairEndings(statements, records, placed, { take, free })

  const ofRun = new Set([...matches.keys()].map(({ session }) => session))
  const listed: Pairing['listed'][number][] = []
  const unlisted: ServerStatement[] = []
  for (const server of statements) {
    const match = matches.get(server)
    if (match?.reason === null) continue
    const reason = match?.reason ?? reasonFor(server, ofRun)
    if (reason === null) unlisted.push(server)
    else listed.push({ server, reason, record: match?.record ?? null })
  }
  return {
    paired: [...matches].flatMap(([server, { record, reason }]) => (reason === null ? [{ server, record }] : [])),
    listed,
    unlisted,
    unpairedRecords: records.filter((record) => !placed.has(record)),
  }
}

interface Match {
  readonly record: StatementRecord
  readonly reason: ListedReason | null
}

interface Book {
  readonly take: (server: ServerStatement, record: StatementRecord, reason?: ListedReason | null) => void
  readonly free: (server: ServerStatement) => boolean
}

const CLYRA = 'clyra'
const isDbtsOwn = (kind: StatementRecord['kind']): boolean => kind === 'commit' || kind === 'rollback'
const startOf = (record: StatementRecord): number => (record.startedAt === null ? 0 : Date.parse(record.startedAt))
const byStart = (records: readonly StatementRecord[]) => [...records].sort((a, b) => startOf(a) - startOf(b))

/** The server's statement of equal text that lies nearest in time: equal texts come from several threads. */
function pairByText(statements: readonly ServerStatement[], records: readonly StatementRecord[], book: Book): void {
  for (const record of byStart(records)) {
    const { text } = record
    if (isDbtsOwn(record.kind) || text === null) continue
    const same = nearest(
      statements.filter((server) => book.free(server) && sameText(server.text, text, record.node)),
      startOf(record),
    )
    if (same !== undefined) {
      book.take(same, record)
      continue
    }
    const seed = nearest(
      statements.filter((server) => book.free(server) && record.truncated && isSeedOf(server.text, text)),
      startOf(record),
    )
    if (seed !== undefined) book.take(seed, record, 'seed-truncated')
  }
}

/** Parts of one string that the server got one by one, in one session, in the order in which they stand in it. */
function pairInParts(
  statements: readonly ServerStatement[],
  records: readonly StatementRecord[],
  placed: ReadonlyMap<StatementRecord, ServerStatement>,
  book: Book,
): void {
  for (const record of records) {
    const { text } = record
    if (!record.multiStatement || placed.has(record) || text === null) continue
    let rest = bare(text)
    for (const server of statements) {
      const part = bare(copied(server.text))
      const at = part === '' ? -1 : rest.indexOf(part)
      if (!book.free(server) || at < 0 || !nodeNamed(server.text, record.node)) continue
      if (rest.slice(0, at).replace(/[\s;]/g, '') !== '') continue
      book.take(server, record, 'multi-statement')
      rest = rest.slice(at + part.length)
    }
  }
}

/** COMMIT and ROLLBACK: by the sessions in which the records before and after it on its connection were found. */
function pairEndings(
  statements: readonly ServerStatement[],
  records: readonly StatementRecord[],
  placed: ReadonlyMap<StatementRecord, ServerStatement>,
  book: Book,
): void {
  const lanes = grouped(byStart(records), ({ connection, thread }) => `${thread}\0${connection}`)
  for (const lane of lanes.values()) {
    for (const [index, record] of lane.entries()) {
      if (!isDbtsOwn(record.kind)) continue
      const wanted = record.kind === 'commit' ? isCommit : isRollback
      const before = lane
        .slice(0, index)
        .reverse()
        .find((other) => placed.has(other))
      const after = lane.slice(index + 1).find((other) => placed.has(other))
      const candidates = [before, after].flatMap((neighbour) => {
        const place = neighbour === undefined ? undefined : placed.get(neighbour)
        if (place === undefined) return []
        const earlier = statements.indexOf(place)
        return statements.filter((server, position) => {
          const inOrder = neighbour === before ? position > earlier : position < earlier
          return server.session === place.session && inOrder && wanted(server.text) && book.free(server)
        })
      })
      const found = nearest(candidates, startOf(record))
      if (found !== undefined) book.take(found, record)
    }
  }
}

function reasonFor(server: ServerStatement, ofRun: ReadonlySet<string>): ListedReason | null {
  if (server.application === CLYRA) return 'clyra-session'
  // The Rust engine's driver asks in a session of its own.
  if (DRIVER_CATALOGUE.some((pattern) => pattern.test(server.text))) return 'driver-catalogue'
  if (!ofRun.has(server.session)) return null
  if (isBegin(server.text) && server.state === 'idle') return 'driver-begin'
  return isRollback(server.text) ? 'driver-rollback' : null
}

/** `Map.groupBy`, which Node 20 does not have. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

function nearest(candidates: readonly ServerStatement[], at: number): ServerStatement | undefined {
  return candidates.reduce<ServerStatement | undefined>(
    (best, server) => (best === undefined || Math.abs(server.at - at) < Math.abs(best.at - at) ? server : best),
    undefined,
  )
}
