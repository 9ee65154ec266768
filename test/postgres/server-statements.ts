import type { ServerLogEntry } from '../services/index.js'

/** One statement as the server itself saw it come in (`log_statement = all` logs it before it runs). */
export interface ServerStatement {
  readonly session: string
  readonly application: string
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number
  readonly text: string
  /** `idle`: no transaction was open when it came. */
  readonly state: string
}

/** `statement: ` (simple protocol) or `execute <name>: ` (extended), as `postgres.c` writes them. */
const STATEMENT = /^(?:statement|execute [^:]+): ([\s\S]*)$/

/** The statements of a server log, in its order; errors, notices, connections are left out. */
export function serverStatements(log: readonly ServerLogEntry[]): ServerStatement[] {
  return log.flatMap((entry) => {
    const text = entry.error_severity === 'LOG' ? STATEMENT.exec(entry.message)?.[1] : undefined
    if (text === undefined) return []
    const at = Date.parse(entry.timestamp.replace(' UTC', 'Z').replace(' ', 'T'))
    const application = entry.application_name ?? ''
    return [{ session: entry.session_id, application, at, text, state: entry.ps ?? '' }]
  })
}
