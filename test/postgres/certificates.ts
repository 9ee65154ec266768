import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unprivilegedUser } from '../services/index.js'

/** PEM files of a small authority: `ca.crt`, `server.crt`/`.key` for `localhost`, `client.crt`/`.key`, `other-ca.crt`. */
export interface Certificates {
  readonly folder: string
  readonly path: (name: string) => string
}

/** Made by OpenSSL in a folder that the test server's user can read; keys are 0600. The client's name is `cert_only`. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-tls-'))
  const path = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  for (const name of ['ca', 'other-ca'])
    openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`)
  writeFileSync(path('server.ext'), 'subjectAltName=DNS:localhost\n')
  writeFileSync(path('client.ext'), 'extendedKeyUsage=clientAuth\n')
  for (const [name, subject] of [
    ['server', '/CN=localhost'],
    ['client', '/CN=cert_only'],
  ] as const) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed)
  }
  const user = unprivilegedUser()
  chmodSync(folder, 0o755)
  for (const name of readdirSync(folder)) chmodSync(path(name), name.endsWith('.key') ? 0o600 : 0o644)
  if (user !== undefined) chownSync(path('server.key'), user.uid, user.gid)
  return { folder, path }
}
