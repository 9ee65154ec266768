import { join } from 'node:path'
import * as z from 'zod'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { readStateFile } from '../../system/index.js'

/** The files of one run's spool. */
export const SPOOL_FILES = {
  header: 'spool.json',
  subjectKey: 'subject.key',
  events: 'events.ndjson',
  values: 'values.ndjson',
  artifacts: 'artifacts',
  /** There once nothing more will be added. */
  finished: 'finished',
  /** Held by the process that writes or drains the spool; the operating system drops it with the process. */
  lock: 'lock',
  /** dbt's own log while it runs: clear text, gone once its events are flushed. */
  log: 'log',
} as const

/** What must be known to finish a run whose wrapper was killed, and nothing that is secret. */
export const spoolHeader = z.strictObject({
  format: z.literal('clyra.spool/1'),
  run: z.string().min(1).max(200),
  /** Subject id of the key in `subject.key`. */
  subject: z.string().min(1),
  /** ISO time of the wrapper's start. */
  started: z.string(),
  /** The directory in which the command was given: a spool outside a ledger is drained by the ledger found from here. */
  directory: z.string(),
  demonstration: z.boolean(),
  /** Under which key texts are fingerprinted: `run`, one made of the subject key; `vault`, the ledger's, in earlier builds. */
  fingerprints: z.enum(['vault', 'run']),
  dbt: z.strictObject({
    /** Absolute paths. */
    project: z.string(),
    target: z.string(),
    log: z.string(),
    /** The Rust engine's spans. */
    otel: z.string(),
    /** True where `log` lies in the spool and is ours to delete. */
    ownLog: z.boolean(),
    /** Bytes of `log` that belong to earlier runs. */
    logStart: z.number().int().min(0),
  }),
})
export type SpoolHeader = z.infer<typeof spoolHeader>

/** Reads `spool.json`. Throws SPOOL_CORRUPT or FORMAT_TOO_NEW, naming the directory. */
export function readSpoolHeader(directory: string): SpoolHeader {
  const path = join(directory, SPOOL_FILES.header)
  let content: unknown
  try {
    content = JSON.parse(readStateFile(path).toString('utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fromSystemError(error, 'read', path)
    throw corrupt(path, 'is not JSON')
  }
  const parsed = spoolHeader.safeParse(content)
  if (parsed.success) return parsed.data
  const format = z.object({ format: z.string().regex(/^clyra\.spool\/\d+$/) }).safeParse(content)
  if (format.success && format.data.format !== 'clyra.spool/1') {
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
