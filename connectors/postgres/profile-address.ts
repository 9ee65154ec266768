import type { NotGiven, ProfileField, ProfileFields } from '../../src/ports/index.js'
import type { PostgresAddress } from './dsn.js'

export type ProfileAddress =
  | { readonly ok: true; readonly address: PostgresAddress; readonly schema: string | undefined }
  | NotGiven

export const FIELD_MISSING: NotGiven = {
  ok: false,
  reason: 'field-missing',
  says: 'the profile leaves out or misspells a field',
}

/**
 * The address that a target of type `postgres` gives, as dbt hands it to libpq: an empty `host` is libpq's default
 * socket, an empty `password` sends libpq to the password file, and what is left out has libpq's default. Holds a secret.
 */
export function profileAddress(fields: ProfileFields): ProfileAddress {
  const wanted = {
    host: fields('host'),
    port: fields('port'),
    user: fields('user', 'username'),
    password: fields('password', 'pass'),
    database: fields('dbname', 'database'),
    schema: fields('schema'),
    sslmode: fields('sslmode'),
    sslrootcert: fields('sslrootcert'),
    sslcert: fields('sslcert'),
    sslkey: fields('sslkey'),
    connectTimeout: fields('connect_timeout'),
    keepalivesIdle: fields('keepalives_idle'),
    role: fields('role'),
    searchPath: fields('search_path'),
  } satisfies Record<string, ProfileField>
  for (const found of Object.values(wanted)) if (!found.ok) return found
  const raw = (field: keyof typeof wanted): string | undefined => (wanted[field].ok ? wanted[field].value : undefined)
  const text = (field: keyof typeof wanted): string | undefined => raw(field) || undefined
  const [host, user, database] = [raw('host'), text('user'), text('database')]
  // dbt's own defaults.
  const port = Number(text('port') ?? '5432')
  const connectTimeout = Number(text('connectTimeout') ?? '10')
  const keepalivesIdle = Number(text('keepalivesIdle') ?? '0')
  const numbers = [port, connectTimeout, keepalivesIdle]
  if (host === undefined || user === undefined || database === undefined) return FIELD_MISSING
  if (!numbers.every(Number.isInteger) || port < 1 || port > 65535) return FIELD_MISSING
  const texts = {
    password: raw('password'),
    sslmode: text('sslmode'),
    sslrootcert: text('sslrootcert'),
    sslcert: text('sslcert'),
    sslkey: text('sslkey'),
    role: text('role'),
    searchPath: text('searchPath'),
  }
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined))
  return {
    ok: true,
    schema: text('schema'),
    address: { host, port, user, database, connectTimeout, keepalivesIdle, ...given },
  }
}
