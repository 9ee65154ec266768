import { Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate, type SecureVersion } from 'node:tls'
import type { Client, ClientConfig } from 'pg'
import type { PgDriver } from './driver.js'
import { isSqlState, isUnreachable } from './failure.js'
import type { Attempt, ConnectionPlan, HostPlan, SessionAttributes, TlsSettings } from './libpq/index.js'

/** The name under which every session of Clyra stands in `pg_stat_activity` and in the server's log. */
export const APPLICATION_NAME = 'clyra'

/** When everything has to be over, and what dies then. */
export interface Deadline {
  readonly expired: () => boolean
  /** Milliseconds that are left; 0 where it is over. */
  readonly left: () => number
  /** The socket dies with the deadline; every waiting call of the client is then rejected. */
  readonly bind: (socket: Socket) => void
}

export interface OpenClient {
  readonly client: Client
  readonly close: () => Promise<void>
}

/**
 * Opens a session as libpq does: each server in turn, on each the attempts with and without TLS. A server that refuses
 * the login ends the search; one that cannot be reached, or is not what `target_session_attrs` asks for, does not.
 * Time that is left is shared among the servers that are left. Rejects with the error that says most.
 */
export async function openClient(driver: PgDriver, plan: ConnectionPlan, deadline: Deadline): Promise<OpenClient> {
  const errors: unknown[] = []
  for (const [at, host] of plan.hosts.entries()) {
    const opened = await onHost(driver, plan, host, deadline, limitOf(plan, plan.hosts.length - at, deadline))
    if (opened.ok) {
      if (await suits(opened.value.client, plan.sessionAttributes)) return opened.value
      await opened.value.close()
      errors.push(new UnsuitableServer())
      continue
    }
    errors.push(opened.error)
    if (isSqlState(opened.error) || deadline.expired()) break
  }
  throw errors.find(isSqlState) ?? errors.at(-1)
}

/** Milliseconds for one of `remaining` servers; undefined where the deadline is the only limit. */
function limitOf(plan: ConnectionPlan, remaining: number, deadline: Deadline): number | undefined {
  const share = remaining > 1 ? deadline.left() / remaining : Number.POSITIVE_INFINITY
  const limit = Math.min(share, plan.connectTimeoutMs ?? share)
  return limit < deadline.left() ? limit : undefined
}

/** No server is what `target_session_attrs` asks for. */
class UnsuitableServer extends Error {
  readonly code = 'SESSION_ATTRS'
}

type Opened = { readonly ok: true; readonly value: OpenClient } | { readonly ok: false; readonly error: unknown }

async function onHost(
  driver: PgDriver,
  plan: ConnectionPlan,
  host: HostPlan,
  deadline: Deadline,
  limitMs: number | undefined,
): Promise<Opened> {
  // TLS is not spoken over a unix socket.
  const attempts = host.host.startsWith('/') && host.hostaddr === undefined ? [{ tls: 'off' } as const] : plan.attempts
  const errors: unknown[] = []
  for (const attempt of attempts) {
    try {
      return { ok: true, value: await connect(driver, plan, host, attempt, deadline, limitMs) }
    } catch (error) {
      errors.push(error)
      // Where nothing answers, TLS or not makes no difference.
      if (deadline.expired() || isUnreachable(error)) break
    }
  }
  return { ok: false, error: errors.find(isSqlState) ?? errors.at(-1) }
}

async function connect(
  driver: PgDriver,
  plan: ConnectionPlan,
  { host, hostaddr, port, password }: HostPlan,
  attempt: Attempt,
  deadline: Deadline,
  limitMs: number | undefined,
): Promise<OpenClient> {
  const socket = new PatientSocket()
  deadline.bind(socket)
  const client = new driver.default.Client({
    host: hostaddr ?? host,
    port,
    user: plan.user,
    database: plan.database,
    password: password ?? noPassword,
    ssl: attempt.tls === 'off' ? false : tlsOptions(attempt.tls, host),
    sslnegotiation: plan.directTls && attempt.tls !== 'off' ? 'direct' : 'postgres',
    // Everything is given here, so that the client reads no variables of its own.
    ...(plan.options === undefined ? {} : { options: plan.options }),
    enableChannelBinding: plan.channelBinding,
    keepAlive: plan.keepAlive.on,
    keepAliveInitialDelayMillis: plan.keepAlive.idleMs ?? 0,
    client_encoding: 'UTF8',
    application_name: APPLICATION_NAME,
    stream: () => socket,
    // The client's types do not name `sslnegotiation` and `enableChannelBinding` yet.
  } as ClientConfig)
  // A session that dies while nothing waits for it is no fault of this process; what waits is rejected by itself.
  client.on('error', () => undefined)
  const limit = limitMs === undefined ? undefined : setTimeout(() => socket.destroy(new ConnectTimeout()), limitMs)
  try {
    await client.connect()
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(limit)
  }
  const close = async () => {
    await Promise.race([client.end(), new Promise((resolve) => socket.once('close', resolve))]).catch(() => undefined)
    socket.destroy()
  }
  return { client, close }
}

/** One server did not answer within its share of the time. */
class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT'
}

/** The server asks for a password and there is none: neither given nor in the password file. */
const noPassword = async (): Promise<string> => {
  throw Object.assign(new Error('no password is given'), { code: 'NO_PASSWORD' })
}

/** The runtime's quarter of a second for each address of a name is too little for a server far away. */
class PatientSocket extends Socket {
  override connect(...args: unknown[]): this {
    const [port, host] = args
    if (typeof port !== 'number' || typeof host !== 'string') return Reflect.apply(super.connect, this, args)
    return super.connect({ port, host, autoSelectFamilyAttemptTimeout: 1500 })
  }
}

function tlsOptions(tls: TlsSettings, host: string): ConnectionOptions {
  const known = {
    ca: tls.ca,
    crl: tls.crl,
    cert: tls.cert,
    key: tls.key,
    passphrase: tls.passphrase,
    // libpq's names of the versions are OpenSSL's, and so the runtime's; another one is refused by it.
    minVersion: tls.minVersion as SecureVersion | undefined,
    maxVersion: tls.maxVersion as SecureVersion | undefined,
  }
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
  return {
    ...given,
    rejectUnauthorized: tls.verify !== 'none',
    // The certificate is for the name that was asked for, also where an address is connected to.
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      tls.verify === 'host' ? checkServerIdentity(host, certificate) : undefined,
  }
}

async function suits(client: Client, wanted: SessionAttributes): Promise<boolean> {
  // Without a second round over all servers a preference cannot be told from a demand: any server is taken.
  if (wanted === 'any' || wanted === 'prefer-standby') return true
  const { rows } = await client.query<{ recovery: boolean; readonly: boolean }>(
    `select pg_catalog.pg_is_in_recovery() as recovery,
      pg_catalog.current_setting('transaction_read_only') = 'on' as readonly`,
  )
  const { recovery = false, readonly = false } = rows[0] ?? {}
  switch (wanted) {
    case 'primary':
      return !recovery
    case 'standby':
      return recovery
    case 'read-write':
      return !readonly
    case 'read-only':
      return readonly
  }
}
