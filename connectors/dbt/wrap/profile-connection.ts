import { join, resolve } from 'node:path'
import * as z from 'zod'
import { readYaml } from '../../yaml/index.js'
import { givenFlag } from './dbt-flags.js'
import { fromProject, type Surroundings } from './project-paths.js'
import { resolveTemplate } from './template.js'

/**
 * How to reach the Postgres that dbt writes to, as dbt hands it to libpq. `password` is a secret: never print or record
 * it. An empty `host` is libpq's default socket, an empty `password` sends libpq to the password file.
 */
export interface PostgresConnection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | undefined
  readonly database: string
  /** The schema of the target: where dbt builds by default. */
  readonly schema: string | undefined
  readonly sslmode: string | undefined
  readonly sslrootcert: string | undefined
  readonly sslcert: string | undefined
  readonly sslkey: string | undefined
  /** Seconds; dbt's own default is 10. */
  readonly connectTimeout: number
  /** Seconds; 0 is the system's own. */
  readonly keepalivesIdle: number
  readonly role: string | undefined
  readonly searchPath: string | undefined
}

/** Why no connection can be read from profiles.yml: a closed list, never text of the file. */
export type NoConnection =
  | 'profiles-missing'
  | 'profiles-invalid'
  | 'profile-unknown'
  | 'target-unknown'
  | 'not-postgres'
  | 'template'
  | 'variable-missing'
  | 'field-missing'

export type ProfileConnection =
  | { readonly ok: true; readonly connection: PostgresConnection; readonly target: string }
  | {
      readonly ok: false
      readonly reason: NoConnection
      readonly field?: string
      /** Beside `not-postgres`: the type of the target, where it looks like the name of an adapter. */
      readonly adapter?: string
    }

/** The files in which dbt would look for profiles.yml, in order. */
export function profilesFiles(around: Surroundings, projectDirectory: string, home: string): string[] {
  const given = givenFlag(around.args, around.env, ['--profiles-dir'])
  if (given !== undefined) return [join(resolve(around.cwd, given.value), 'profiles.yml')]
  const places = [resolve(around.cwd), projectDirectory, join(home, '.dbt')]
  return [...new Set(places)].map((directory) => join(directory, 'profiles.yml'))
}

const scalar = z.union([z.string(), z.number(), z.boolean()])
const output = z.record(z.string(), z.unknown())
const profile = z.object({ target: z.string().optional(), outputs: z.record(z.string(), output) })

/**
 * The connection of the selected profile and target, where its fields are literal or `env_var()` only. `profilesYaml`
 * undefined: there is no such file. Never throws, and never quotes the file.
 */
export function profileConnection(
  around: Surroundings,
  projectYaml: string | undefined,
  profilesYaml: string | undefined,
): ProfileConnection {
  if (profilesYaml === undefined) return { ok: false, reason: 'profiles-missing' }
  const { args, env } = around
  const name = givenFlag(args, env, ['--profile'])?.value ?? fromProject(projectYaml, 'profile', env)
  const read = readProfile(profilesYaml, name)
  if (!read.ok) return read
  const wanted = givenFlag(args, env, ['--target', '-t'])?.value ?? read.profile.target ?? 'default'
  const target = resolveTemplate(wanted, env)
  if (!target.ok) return { ok: false, reason: target.reason, field: 'target' }
  const fields = read.profile.outputs[target.value]
  if (fields === undefined) return { ok: false, reason: 'target-unknown' }
  const get = (...names: string[]): Field => fieldOf(fields, names, env)
  const type = get('type')
  if (!type.ok) return { ok: false, reason: type.reason, field: 'type' }
  if (type.value !== 'postgres') return { ok: false, reason: 'not-postgres', ...adapterNamed(type.value) }
  return connectionOf(get, target.value)
}

type Field =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly reason: 'template' | 'variable-missing' }

function fieldOf(fields: Readonly<Record<string, unknown>>, names: readonly string[], env: Surroundings['env']): Field {
  const name = names.find((candidate) => fields[candidate] !== undefined && fields[candidate] !== null)
  const raw = scalar.safeParse(name === undefined ? undefined : fields[name])
  if (!raw.success) return { ok: true, value: undefined }
  return resolveTemplate(String(raw.data), env)
}

function connectionOf(get: (...names: string[]) => Field, target: string): ProfileConnection {
  const wanted = {
    host: get('host'),
    port: get('port'),
    user: get('user', 'username'),
    password: get('password', 'pass'),
    database: get('dbname', 'database'),
    schema: get('schema'),
    sslmode: get('sslmode'),
    sslrootcert: get('sslrootcert'),
    sslcert: get('sslcert'),
    sslkey: get('sslkey'),
    connectTimeout: get('connect_timeout'),
    keepalivesIdle: get('keepalives_idle'),
    role: get('role'),
    searchPath: get('search_path'),
  }
  for (const [field, found] of Object.entries(wanted)) if (!found.ok) return { ok: false, reason: found.reason, field }
  const raw = (field: keyof typeof wanted): string | undefined => (wanted[field].ok ? wanted[field].value : undefined)
  const value = (field: keyof typeof wanted): string | undefined => raw(field) || undefined
  const [host, user, database] = [raw('host'), value('user'), value('database')]
  const port = Number(value('port') ?? '5432')
  const [connectTimeout, keepalivesIdle] = [
    Number(value('connectTimeout') ?? '10'),
    Number(value('keepalivesIdle') ?? '0'),
  ]
  const missing = (field: string): ProfileConnection => ({ ok: false, reason: 'field-missing', field })
  if (host === undefined) return missing('host')
  if (user === undefined) return missing('user')
  if (database === undefined) return missing('dbname')
  if (!Number.isInteger(port) || port < 1 || port > 65535) return missing('port')
  if (!Number.isInteger(connectTimeout)) return missing('connect_timeout')
  if (!Number.isInteger(keepalivesIdle)) return missing('keepalives_idle')
  return {
    ok: true,
    target,
    connection: {
      host,
      port,
      user,
      database,
      password: raw('password'),
      schema: value('schema'),
      sslmode: value('sslmode'),
      sslrootcert: value('sslrootcert'),
      sslcert: value('sslcert'),
      sslkey: value('sslkey'),
      connectTimeout,
      keepalivesIdle,
      role: value('role'),
      searchPath: value('searchPath'),
    },
  }
}

/** Only what looks like an adapter's name is passed on: it ends up in the record. */
function adapterNamed(type: string | undefined): { adapter?: string } {
  return type !== undefined && /^[a-z][a-z0-9_-]{0,39}$/.test(type) ? { adapter: type } : {}
}

function readProfile(
  profilesYaml: string,
  name: string | undefined,
): { ok: true; profile: z.infer<typeof profile> } | { ok: false; reason: NoConnection } {
  const read = readYaml(profilesYaml, '1.1')
  if (!read.ok) return { ok: false, reason: 'profiles-invalid' }
  const profiles = z.record(z.string(), z.unknown()).safeParse(read.value)
  if (!profiles.success) return { ok: false, reason: 'profiles-invalid' }
  const found = name === undefined || !Object.hasOwn(profiles.data, name) ? undefined : profiles.data[name]
  if (found === undefined) return { ok: false, reason: 'profile-unknown' }
  const checked = profile.safeParse(found)
  return checked.success ? { ok: true, profile: checked.data } : { ok: false, reason: 'profiles-invalid' }
}
