/** Connection parameters by libpq's keywords ("Parameter Key Words"). */
export type Parameters = Readonly<Partial<Record<Keyword, string>>>

/** Keywords that decide where and how a session is opened, with libpq's variable ("Environment Variables"). */
export const VARIABLES = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  options: 'PGOPTIONS',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
} as const

const WITHOUT_VARIABLE = ['sslpassword', 'keepalives', 'keepalives_idle'] as const

export type Keyword = keyof typeof VARIABLES | (typeof WITHOUT_VARIABLE)[number]

const READ: ReadonlySet<string> = new Set<string>([...Object.keys(VARIABLES), ...WITHOUT_VARIABLE])

/** libpq takes these too; they change nothing of what a reading needs, or the session sets its own. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'application_name',
  'client_encoding',
  'fallback_application_name',
  'gssdelegation',
  'gssencmode',
  'gsslib',
  'keepalives_count',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'max_protocol_version',
  'min_protocol_version',
  'replication',
  'require_auth',
  'requirepeer',
  'servicefile',
  'sslcertmode',
  'sslcompression',
  'sslcrldir',
  'sslkeylogfile',
  'sslsni',
  'tcp_user_timeout',
])

/** True for a keyword that is read; false for one that is passed over. Throws TypeError for what libpq does not know. */
export function isRead(name: string): name is Keyword {
  if (READ.has(name)) return true
  if (PASSED_OVER.has(name)) return false
  throw new TypeError('not a connection parameter of libpq')
}
