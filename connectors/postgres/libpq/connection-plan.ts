import { isClyraError } from '../../../src/errors/index.js'
import { parseConninfo } from './conninfo.js'
import { type Keyword, type Parameters, VARIABLES } from './keywords.js'
import { passwordIn } from './passfile.js'
import { serviceParameters } from './service-file.js'
import type { SmallFile, Surroundings } from './surroundings.js'
import { type Attempt, tlsAttempts, UnusableParameter } from './tls-plan.js'

/** One server to try. */
export interface HostPlan {
  /** A name or address, or the directory of a unix socket. Certificates are checked against it. */
  readonly host: string
  /** Where to connect instead of looking the name up. */
  readonly hostaddr: string | undefined
  readonly port: number
  /** A secret. */
  readonly password: string | undefined
}

/** What libpq would do with these parameters: servers in order, and the attempts for each. Holds secrets. */
export interface ConnectionPlan {
  readonly hosts: readonly HostPlan[]
  readonly attempts: readonly Attempt[]
  readonly user: string
  readonly database: string
  readonly options: string | undefined
  /** For each server, in milliseconds; undefined: no limit of its own. */
  readonly connectTimeoutMs: number | undefined
  readonly keepAlive: { readonly on: boolean; readonly idleMs: number | undefined }
  readonly directTls: boolean
  readonly channelBinding: boolean
  readonly sessionAttributes: SessionAttributes
  /** Sentences for people: what libpq would warn of. */
  readonly warnings: readonly string[]
}

const SESSION_ATTRIBUTES = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number]

/** Where a socket lies if nothing says where: Debian's and the Python driver's directory, then PostgreSQL's own. */
const SOCKET_DIRECTORIES = ['/var/run/postgresql', '/tmp']

/**
 * Resolves parameters as libpq does: what is given, then the service, then variables, then defaults. Throws
 * {@link UnusableParameter} or TypeError where libpq would refuse; messages hold no value.
 */
export function connectionPlan(given: string | Parameters, around: Surroundings): ConnectionPlan {
  const parameters = withDefaults(typeof given === 'string' ? parseConninfo(given) : given, around)
  const user = parameters.user || around.user
  if (user === '') throw new UnusableParameter('USER_MISSING', 'no user is given')
  const database = parameters.dbname || user
  const warnings: string[] = []
  return {
    hosts: hostsOf(parameters, passwords(parameters, { user, database }, around, warnings)),
    attempts: tlsAttempts(parameters, around),
    user,
    database,
    options: parameters.options || undefined,
    connectTimeoutMs: timeoutOf(parameters.connect_timeout),
    keepAlive: { on: parameters.keepalives !== '0', idleMs: seconds(parameters.keepalives_idle) },
    directTls: parameters.sslnegotiation === 'direct',
    channelBinding: parameters.channel_binding === 'require',
    sessionAttributes: sessionAttributes(parameters.target_session_attrs),
    warnings,
  }
}

function withDefaults(given: Parameters, around: Surroundings): Parameters {
  const { env } = around
  const variables: Partial<Record<Keyword, string>> = {}
  for (const [keyword, name] of Object.entries(VARIABLES)) {
    const value = env[name]
    // The keys of VARIABLES are keywords; Object.entries forgets it.
    if (value !== undefined && value !== '') variables[keyword as Keyword] = value
  }
  const service = given.service || variables.service
  const found = service === undefined ? {} : serviceOf(service, around)
  return { ...variables, ...found, ...given }
}

function serviceOf(name: string, around: Surroundings): Parameters {
  const { env, home } = around
  const files = [
    env['PGSERVICEFILE'] || `${home}/.pg_service.conf`,
    `${env['PGSYSCONFDIR'] || '/etc/postgresql-common'}/pg_service.conf`,
  ]
  for (const path of files) {
    const text = around.read(path)?.text
    const found = text === undefined ? undefined : serviceParameters(text, name)
    if (found !== undefined) return found
  }
  throw new UnusableParameter('SERVICE_UNKNOWN', 'no service file describes the service')
}

/** The lists must fit: as many addresses as names, one port for all or one for each ("Specifying Multiple Hosts"). */
function hostsOf(parameters: Parameters, passwordOf: (host: string, port: number) => string | undefined): HostPlan[] {
  const names = list(parameters.host)
  const addresses = list(parameters.hostaddr)
  const ports = list(parameters.port)
  const count = Math.max(names.length, addresses.length, 1)
  if (names.length > 1 && addresses.length > 0 && addresses.length !== names.length)
    throw new UnusableParameter('HOSTS_DIFFER', 'as many values of hostaddr as of host are needed')
  if (ports.length > 1 && ports.length !== count)
    throw new UnusableParameter('PORTS_DIFFER', 'one port is needed, or one for each host')
  return Array.from({ length: count }, (_, at) => at).flatMap((at) => {
    const port = portOf(ports.length > 1 ? ports[at] : ports[0])
    const [name = '', address] = [names[at], addresses[at] || undefined]
    const hosts = name === '' && address === undefined ? SOCKET_DIRECTORIES : [name || (address ?? '')]
    return hosts.map((host) => ({ host, hostaddr: address, port, password: passwordOf(host, port) }))
  })
}

const list = (value: string | undefined): string[] => (value === undefined || value === '' ? [] : value.split(','))

function portOf(text: string | undefined): number {
  const port = Number((text ?? '').trim() || '5432')
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new UnusableParameter('PORT_INVALID', 'a port is a number from 1 to 65535')
}

/** The given password, else that of the password file, which is not read where others may read it. */
function passwords(
  parameters: Parameters,
  login: { readonly user: string; readonly database: string },
  around: Surroundings,
  warnings: string[],
): (host: string, port: number) => string | undefined {
  if (parameters.password) return () => parameters.password
  const file = passwordFile(parameters.passfile || `${around.home}/.pgpass`, around, warnings)
  if (file === undefined) return () => undefined
  if ((file.mode & 0o077) !== 0) {
    warnings.push('the password file is left alone because others may read it: chmod 600')
    return () => undefined
  }
  return (host, port) =>
    passwordIn(file.text, {
      host: SOCKET_DIRECTORIES.includes(host) ? 'localhost' : host,
      port: String(port),
      ...login,
    })
}

/** As libpq does, what is no plain file is left alone. */
function passwordFile(path: string, around: Surroundings, warnings: string[]): SmallFile | undefined {
  try {
    return around.read(path)
  } catch (error) {
    if (!isClyraError(error, 'NOT_A_REGULAR_FILE')) throw error
    warnings.push('the password file is left alone because it is no regular file')
    return undefined
  }
}

/** 0, negative or absent is no limit; 1 is taken as 2, as libpq does. */
function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isInteger(value)) throw new UnusableParameter('TIMEOUT_INVALID', 'connect_timeout is a number of seconds')
  return value <= 0 ? undefined : Math.max(value, 2) * 1000
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text || '0')
  return Number.isInteger(value) && value > 0 ? value * 1000 : undefined
}

function sessionAttributes(text: string | undefined): SessionAttributes {
  const found = SESSION_ATTRIBUTES.find((one) => one === (text || 'any'))
  if (found === undefined)
    throw new UnusableParameter('SESSION_ATTRS_INVALID', 'target_session_attrs is none of its words')
  return found
}
