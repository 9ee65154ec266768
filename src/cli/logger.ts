import { pino } from 'pino'
import type { Environment } from './environment.js'

export type Logger = ReturnType<typeof createLogger>

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

/** Machine-readable log lines on stderr, `warn` and above unless `--verbose` or CLYRA_LOG says otherwise. */
export function createLogger(environment: Environment, verbose: boolean) {
  const level = environment.variables['CLYRA_LOG'] ?? (verbose ? 'debug' : 'warn')
  return pino(
    {
      level: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].includes(level) ? level : 'warn',
      base: null,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      timestamp: () => `,"time":"${environment.now().toISOString()}"`,
    },
    { write: (line: string) => environment.stderr.write(line) },
  )
}
