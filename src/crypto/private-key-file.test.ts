import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { equalBytes } from '../canonical/index.js'
import { readPrivateKey, signerOf } from './index.js'

describe('a private key in PEM', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clyra-pem-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const placed = (pem: string | Buffer): string => {
    const path = join(folder, 'key.pem')
    writeFileSync(path, pem, { mode: 0o600 })
    return path
  }
  const pem = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1' = 'pkcs8') => key.export({ format: 'pem', type })
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
  const rsa = (modulusLength: number, publicExponent = 65537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent })
  /** What is read signs for the public key that belongs to it. */
  const readsAs = (path: string, publicKey: KeyObject) => {
    const { algorithm, secret } = readPrivateKey(path)
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    const read = signerOf(algorithm, secret).publicKey
    return { algorithm, same: equalBytes(read, spki.subarray(spki.length - read.length)) }
  }

  it('is read: Ed25519, P-256 and RSA, in the forms that OpenSSL writes', () => {
    const ed = generateKeyPairSync('ed25519')
    expect(readsAs(placed(pem(ed.privateKey)), ed.publicKey)).toEqual({ algorithm: 'ed25519', same: true })
    const p256 = ec('P-256')
    for (const type of ['pkcs8', 'sec1'] as const)
      expect(readsAs(placed(pem(p256.privateKey, type)), p256.publicKey)).toEqual({
        algorithm: 'ecdsa-p256-sha256',
        same: true,
      })
    const big = rsa(3072)
    for (const type of ['pkcs8', 'pkcs1'] as const)
      expect(readsAs(placed(pem(big.privateKey, type)), big.publicKey)).toEqual({
        algorithm: 'rsa-pss-3072-sha256',
        same: true,
      })
  })

  it.each([
    ['of another curve', () => pem(ec('P-384').privateKey), /secp384r1; bundles are signed with/],
    ['of the curve of coins', () => pem(ec('secp256k1').privateKey), /secp256k1; bundles are signed with/],
    ['for agreement, not for signing', () => pem(generateKeyPairSync('x25519').privateKey), /one of x25519/],
    ['of a small modulus', () => pem(rsa(2048).privateKey), /3,072 to 8,192 bits/],
    ['of the exponent 3', () => pem(rsa(3072, 3).privateKey), /exponent 65537/],
    [
      'bound to PSS by its identifier',
      () => pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
      /one of rsa-pss/,
    ],
    [
      'that is encrypted',
      () =>
        ec('P-256').privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'secret' }),
      /encrypted/,
    ],
    ['that is a public one', () => ec('P-256').publicKey.export({ format: 'pem', type: 'spki' }), /no private key/],
    ['that is none', () => 'nothing', /no private key in PEM/],
  ])('%s is refused with the reason', (_, make, why) => {
    const path = placed(make())
    expect(() => readPrivateKey(path)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
    expect(() => readPrivateKey(path)).toThrow(why)
  })

  it('that others may read is refused', () => {
    const path = placed(pem(ec('P-256').privateKey))
    chmodSync(path, 0o640)
    expect(() => readPrivateKey(path)).toThrow(/open to others/)
    chmodSync(path, 0o600)
  })
})
