import type { Parameters } from './keywords.js'
import type { Surroundings } from './surroundings.js'

/** How one attempt to connect speaks TLS. Files are PEM text. `key` and `passphrase` are secrets. */
export interface TlsSettings {
  /** `none`: any certificate; `chain`: signed by a known authority; `host`: for this host as well. */
  readonly verify: 'none' | 'chain' | 'host'
  /** Undefined beside `chain` and `host`: the authorities that the runtime knows. */
  readonly ca: string | undefined
  readonly crl: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly passphrase: string | undefined
  readonly minVersion: string | undefined
  readonly maxVersion: string | undefined
}

export type Attempt = { readonly tls: TlsSettings } | { readonly tls: 'off' }

/** What cannot be used of the parameters: a code for the record, a sentence for people. */
export class UnusableParameter extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'UnusableParameter'
    this.code = code
  }
}

const PLAIN: Attempt = { tls: 'off' }

/**
 * The attempts that libpq makes for `sslmode` ("SSL Mode Descriptions"), in order: `disable` plain; `allow` plain, then
 * TLS; `prefer` (the default) TLS, then plain; `require`, `verify-ca`, `verify-full` TLS alone. A root certificate that
 * is there makes every mode check the chain, as libpq does. Throws {@link UnusableParameter}.
 */
export function tlsAttempts(parameters: Parameters, around: Surroundings): Attempt[] {
  const mode = parameters.sslmode || 'prefer'
  switch (mode) {
    case 'disable':
      return [PLAIN]
    case 'allow':
      return [PLAIN, { tls: settings(parameters, around, 'none') }]
    case 'prefer':
      return [{ tls: settings(parameters, around, 'none') }, PLAIN]
    case 'require':
      return [{ tls: settings(parameters, around, 'none') }]
    // The client's own word for `require` without a look at the certificate.
    case 'no-verify':
      return [{ tls: { ...settings(parameters, around, 'none'), verify: 'none' } }]
    case 'verify-ca':
      return [{ tls: settings(parameters, around, 'chain') }]
    case 'verify-full':
      return [{ tls: settings(parameters, around, 'host') }]
    default:
      throw new UnusableParameter('SSLMODE_INVALID', 'sslmode is none of libpq’s words')
  }
}

function settings(parameters: Parameters, around: Surroundings, asked: TlsSettings['verify']): TlsSettings {
  const authority = authorityOf(parameters, around, asked)
  const cert = around.read(parameters.sslcert || userFile(around, 'postgresql.crt'))?.text
  return {
    ...authority,
    crl: around.read(parameters.sslcrl || userFile(around, 'root.crl'))?.text,
    cert,
    key: cert === undefined ? undefined : privateKey(parameters.sslkey || userFile(around, 'postgresql.key'), around),
    passphrase: parameters.sslpassword,
    minVersion: parameters.ssl_min_protocol_version || undefined,
    maxVersion: parameters.ssl_max_protocol_version || undefined,
  }
}

function authorityOf(
  { sslrootcert }: Parameters,
  around: Surroundings,
  asked: TlsSettings['verify'],
): Pick<TlsSettings, 'ca' | 'verify'> {
  if (sslrootcert === 'system') {
    if (asked === 'host') return { ca: undefined, verify: 'host' }
    throw new UnusableParameter('SSLROOTCERT_WEAK', 'sslrootcert=system needs sslmode=verify-full')
  }
  const ca = around.read(sslrootcert || userFile(around, 'root.crt'))?.text
  if (ca !== undefined) return { ca, verify: asked === 'none' ? 'chain' : asked }
  if (asked === 'none') return { ca, verify: 'none' }
  throw new UnusableParameter('SSLROOTCERT_MISSING', 'the file of root certificates (sslrootcert) is not there')
}

/** A key that others may read is not used: 0600, or 0640 where root owns it. */
function privateKey(path: string, around: Surroundings): string {
  const file = around.read(path)
  if (file === undefined) throw new UnusableParameter('SSLKEY_MISSING', 'the certificate is there, its sslkey is not')
  const open = file.mode & (file.uid === 0 && around.uid !== 0 ? 0o027 : 0o077)
  if (open !== 0) throw new UnusableParameter('SSLKEY_OPEN', 'the sslkey may be read by others: chmod 600')
  return file.text
}

const userFile = (around: Surroundings, name: string): string => `${around.home}/.postgresql/${name}`
