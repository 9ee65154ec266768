import { type PostgresTarget, planOf } from './dsn.js'
import type { Attempt, ConnectionPlan, Surroundings } from './libpq/index.js'

/** What a session would be opened with, for people. */
export interface DescribedConnection {
  /** One line; no password and no key in it. */
  readonly text: string
  /** What libpq would warn of. */
  readonly warnings: readonly string[]
}

/** Throws TypeError, or an error with a code and a sentence, where libpq would refuse the parameters. */
export function describeConnection(target: PostgresTarget, around: Surroundings): DescribedConnection {
  const plan = planOf(target, around)
  const hosts = plan.hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  const role = typeof target !== 'string' && target.role ? `, role ${target.role}` : ''
  const facts = [
    `${plan.hosts.length > 1 ? 'the first that answers of ' : ''}${hosts.join(', ')}`,
    `database ${plan.database}`,
    `user ${plan.user}${role}`,
    tlsOf(plan),
    plan.hosts.some(({ password }) => password !== undefined) ? 'with a password' : 'without a password',
  ]
  return { text: facts.join(', '), warnings: plan.warnings }
}

function tlsOf({ hosts, attempts }: ConnectionPlan): string {
  if (hosts.every(({ host, hostaddr }) => host.startsWith('/') && hostaddr === undefined)) return 'unix socket'
  const said = attempts.map(oneAttempt)
  return said.length === 1 ? (said[0] ?? '') : `${said[0]}, else ${said[1]}`
}

const VERIFIED = {
  none: 'TLS, any certificate',
  chain: 'TLS, the certificate’s authority checked',
  host: 'TLS, the certificate’s authority and host checked',
} as const

const oneAttempt = (attempt: Attempt): string => (attempt.tls === 'off' ? 'no TLS' : VERIFIED[attempt.tls.verify])
