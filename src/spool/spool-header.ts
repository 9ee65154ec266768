import { join } from 'node:path'
import * as z from 'zod'
import { ClyraError, fromSystemError } from '../errors/index.js'
import { readStateFile, STATE_MARKS } from '../system/index.js'

/** The files of one spool. */
export const SPOOL_FILES = {
  header: STATE_MARKS.spool,
  subjectKey: 'subject.key',
  events: 'events.ndjson',
  values: 'values.ndjson',
  artifacts: 'artifacts',
  /** There once nothing more will be added. */
  finished: 'finished',
  /** Held by the process that writes or drains the spool; the operating system drops it with the process. */
  lock: STATE_MARKS.lock,
  /** Which process writes the raw log. */
  child: 'process.json',
  /** What another program writes while the spool grows: clear text, gone once its events are flushed. */
  log: 'log',
} as const

/** What must be known to bring a spool in, and to finish it where its writer was killed; nothing that is secret. */
const spoolHeader = z.strictObject({
  format: z.literal('clyra.spool/2'),
  /** What is spooled: whose finisher ends it where its writer was killed. */
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  run: z.string().min(1).max(200),
  /** Subject id of the key in `subject.key`. */
  subject: z.string().min(1),
  /** ISO time of the writer's start. */
  started: z.string(),
  /** Absolute. Where the writer was started, and what it is about: a spool outside a ledger is for the one found from there. */
  directory: z.string(),
  project: z.string(),
  /** What the finisher of that kind needs; nobody else reads it. */
  finish: z.record(z.string(), z.json()),
})
export type SpoolHeader = z.infer<typeof spoolHeader>

/** As releases before wrote it, for dbt alone. */
const firstHeader = z
  .strictObject({
    ...spoolHeader.omit({ kind: true, project: true, finish: true }).shape,
    format: z.literal('clyra.spool/1'),
    demonstration: z.boolean(),
    fingerprints: z.enum(['vault', 'run']),
    dbt: z.strictObject({
      project: z.string(),
      target: z.string(),
      log: z.string(),
      otel: z.string(),
      ownLog: z.boolean(),
      logStart: z.number().int().min(0),
    }),
  })
  .transform(
    ({ demonstration, fingerprints, dbt: { project, target, log, otel, logStart }, ...header }): SpoolHeader => ({
      ...header,
      format: 'clyra.spool/2',
      kind: 'dbt',
      project,
      finish: { demonstration, fingerprints, target, log, otel, logStart },
    }),
  )

const anyHeader = z.discriminatedUnion('format', [spoolHeader, firstHeader])

/** Reads `spool.json`, also that of earlier releases. Throws SPOOL_CORRUPT or FORMAT_TOO_NEW, naming the directory. */
export function readSpoolHeader(directory: string): SpoolHeader {
  const path = join(directory, SPOOL_FILES.header)
  let content: unknown
  try {
    content = JSON.parse(readStateFile(path).toString('utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fromSystemError(error, 'read', path)
    throw corrupt(path, 'is not JSON')
  }
  const parsed = anyHeader.safeParse(content)
  if (parsed.success) return parsed.data
  const format = z.object({ format: z.string().regex(/^clyra\.spool\/(?![12]$)\d+$/) }).safeParse(content)
  if (format.success) {
    throw new ClyraError('FORMAT_TOO_NEW', `${path} was written by a newer release (${format.data.format})`, {
      details: { path, format: format.data.format },
      fix: 'the newer release of Clyra',
    })
  }
  throw corrupt(path, 'does not have the form of a spool header')
}

function corrupt(path: string, problem: string): ClyraError {
  return new ClyraError('SPOOL_CORRUPT', `${path} ${problem}; the spool was left where it is`, { details: { path } })
}
