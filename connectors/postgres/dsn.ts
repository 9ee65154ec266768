import { hex, utf8 } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'

/** What a dbt profile gives, literally or from the environment. */
export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string
  /** libpq's word; default `prefer`: TLS where the server offers it. */
  readonly sslmode?: string
}

/** A connection URI (`postgres://...`, libpq's form) or an address. */
export type PostgresTarget = string | PostgresAddress

/**
 * SHA-256 of `host:port/dbname` (host in lower case) as 64 hex digits: says whether two readings went to the same
 * place without saying where it is. User and password are no part of it.
 */
export function dsnHash(host: string, port: number, database: string): string {
  return hex(sha256(utf8(`${host.toLowerCase()}:${port}/${database}`)))
}

/** How to speak TLS, after libpq's `sslmode` ("SSL Mode Descriptions"). `prefer` tries TLS, then plain text. */
export type TlsChoice = 'off' | 'prefer' | 'encrypt' | 'verify'

/** Throws nothing: an unknown word is taken as `verify`, the strictest. */
export function tlsChoice(sslmode: string | undefined): TlsChoice {
  switch (sslmode) {
    case 'disable':
      return 'off'
    case undefined:
    case '':
    case 'allow':
    case 'prefer':
      return 'prefer'
    case 'require':
    case 'no-verify':
      return 'encrypt'
    default:
      return 'verify'
  }
}

/** What the client is told about where to connect, without TLS, and the TLS choice apart. */
export interface ClientTarget {
  readonly config:
    | { readonly connectionString: string }
    | {
        readonly host: string
        readonly port: number
        readonly database: string
        readonly user: string
        readonly password?: string
      }
  /** `by-url`: the URI names certificates, so the client decides all of it. */
  readonly tls: TlsChoice | 'by-url'
}

/** Takes `sslmode` out of a URI, because the client's reading of it is not libpq's. Throws TypeError for what is no URI. */
export function clientTarget(target: PostgresTarget): ClientTarget {
  if (typeof target !== 'string') {
    const { sslmode, ...config } = target
    return { config, tls: target.host.startsWith('/') ? 'off' : tlsChoice(sslmode) }
  }
  const url = new URL(target)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw new TypeError('not a postgres:// URI')
  // The session sets its own: a URI that names itself otherwise would hide what it is.
  url.searchParams.delete('application_name')
  if (['sslcert', 'sslkey', 'sslrootcert'].some((name) => url.searchParams.has(name))) {
    // The client then reads `sslmode` as libpq does, and prints no warning about it into a run.
    url.searchParams.set('uselibpqcompat', 'true')
    return { config: { connectionString: url.href }, tls: 'by-url' }
  }
  const socket = url.hostname === '' || (url.searchParams.get('host') ?? '').startsWith('/')
  const tls = socket ? 'off' : tlsChoice(url.searchParams.get('sslmode') ?? undefined)
  url.searchParams.delete('sslmode')
  return { config: { connectionString: url.href }, tls }
}
