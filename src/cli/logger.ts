import type { Environment } from './environment.js'

/** What a developer of Clyra may want to know, as lines of JSON. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** Names whose values never reach a log line, at the first two levels. */
const SECRET_NAMES = [
  'password',
  'pass',
  'secret',
  'token',
  'key',
  'seed',
  'privateKey',
  'subjectKey',
  'url',
  'dsn',
  'connectionString',
]

/**
 * Machine-readable log lines on stderr with `--verbose` or as CLYRA_LOG says. The logging library is loaded where
 * somebody asked for them only: it takes as long as a short command.
 */
export async function createLogger(environment: Environment, verbose: boolean): Promise<Logger> {
  const level = environment.variables['CLYRA_LOG'] ?? (verbose ? 'debug' : 'warn')
  if (!['trace', 'debug'].includes(level)) return { debug() {} }
  const { pino } = await import('pino')
  const logger = pino(
    {
      level,
      base: null,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      timestamp: () => `,"time":"${environment.now().toISOString()}"`,
    },
    { write: (line: string) => environment.stderr.write(line) },
  )
  return { debug: (fields, message) => logger.debug(fields, message) }
}
