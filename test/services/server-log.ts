import { existsSync, readFileSync } from 'node:fs'

/** One line of Postgres's `jsonlog` (PostgreSQL 15+, "Using JSON-Format Log Output"), as far as tests look at it. */
export interface ServerLogEntry {
  /** Server's clock, `2026-01-31 12:00:00.000 UTC`. */
  readonly timestamp: string
  readonly pid: number
  readonly session_id: string
  readonly line_num: number
  readonly error_severity: string
  readonly message: string
  readonly backend_type: string
  readonly user?: string
  readonly dbname?: string
  readonly application_name?: string
  readonly ps?: string
  readonly vxid?: string
  readonly txid?: number
  readonly state_code?: string
  readonly statement?: string
}

const isEntry = (value: unknown): value is ServerLogEntry =>
  typeof value === 'object' && value !== null && 'message' in value && 'session_id' in value && 'timestamp' in value

/** The entries of a jsonlog text in the order of the file. A last line without its end is left out: it is being written. */
export function parseServerLog(text: string): ServerLogEntry[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry: unknown = JSON.parse(line)
      if (!isEntry(entry)) throw new Error(`not a jsonlog line: ${line.slice(0, 80)}`)
      return entry
    })
}

/** The entries of a jsonlog file; none where it does not exist. */
export const readServerLog = (path: string): ServerLogEntry[] =>
  existsSync(path) ? parseServerLog(readFileSync(path, 'utf8')) : []
