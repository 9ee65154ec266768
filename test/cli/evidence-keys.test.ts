import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyBundle } from '@clyra/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPrivateKey, signerOf, vkey } from '../../src/crypto/index.js'
import { discard, leaveRun, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

interface Listed {
  readonly vkey: string
  readonly keys: readonly { readonly id: string; readonly alg: string; readonly purpose: string }[]
}

/** The algorithms of evidence keys, from `clyra init` to a bundle that says VALID. */
describe('clyra', () => {
  let folder = ''
  const at = (...path: string[]) => join(folder, 'project', ...path)
  const said = async (...args: string[]) => {
    const ended = await clyraHere(folder, args)
    expect(ended.status, ended.stderr).toBe(0)
    return ended.stdout
  }
  const keys = async () =>
    // What `keys --json` prints has these members: its schema is tested elsewhere.
    (await clyraJsonHere(folder, ['keys'])) as Listed
  const bundled = async () => {
    await said('bundle', '--last', '-o', 'b.zip', '--force')
    const { vkey: pinned } = await keys()
    const result = await verifyBundle(readFileSync(at('b.zip')), { trust: [pinned] })
    return { verdict: result.verdict, signer: result.keys.find(({ role }) => role === 'manifest')?.id }
  }

  beforeAll(async () => {
    folder = sandbox()
    await said('init', '--evidence-algorithm', 'ecdsa-p256-sha256')
    leaveRun(folder, 'good')
    await said('ingest', 'dbt', 'target')
  })
  afterAll(() => discard(folder))

  it('makes a ledger whose first evidence key is of the algorithm that was asked for, and its own of Ed25519', async () => {
    const { keys: listed } = await keys()
    expect(listed.map(({ purpose, alg }) => [purpose, alg])).toEqual([
      ['ledger', 'ed25519'],
      ['evidence', 'ecdsa-p256-sha256'],
    ])
    expect(await bundled()).toEqual({ verdict: 'VALID', signer: listed[1]!.id })
    expect(await said('keys')).toMatch(/evidence +ecdsa-p256-sha256 +1 /)
  })

  it('rotates to a private key that is brought, once, and keeps it for its owner alone', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
    writeFileSync(at('rsa.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    const before = readdirSync(at('.clyra', 'keys')).length
    await said('keys', 'rotate', '--key', 'rsa.pem')
    const newest = (await keys()).keys.at(-1)!
    expect(newest.alg).toBe('rsa-pss-3072-sha256')
    expect(await bundled()).toEqual({ verdict: 'VALID', signer: newest.id })
    const again = await clyraHere(folder, ['keys', 'rotate', '--key', 'rsa.pem'])
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringMatching(/was introduced at position \d+ already \(KEY_INVALID\)/),
    ])
    expect(readdirSync(at('.clyra', 'keys')).length).toBe(before + 1)
  })

  it('makes a ledger whose first evidence key is one that is brought', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(at('ec.pem'), privateKey.export({ format: 'pem', type: 'sec1' }), { mode: 0o600 })
    mkdirSync(at('other'))
    await said('init', 'other', '--evidence-key', 'ec.pem')
    const { secret } = readPrivateKey(at('ec.pem'))
    const { keys: listed } = (await clyraJsonHere(folder, ['keys', '--ledger', 'other/.clyra'])) as Listed
    expect(listed.map(({ id }) => id)[1]).toBe(signerOf('ecdsa-p256-sha256', secret).keyId)
  })

  it.each([
    [['init', '--evidence-algorithm', 'ed25519', '--evidence-key', 'x'], /says nothing beside --evidence-key/],
    [['keys', 'rotate', '--algorithm', 'ecdsa-p384-sha384'], /--algorithm: must be one of ed25519, /],
    [['keys', 'rotate', '--algorithm', 'ed25519', '--key', 'x'], /says nothing beside --key/],
    [['keys', 'rotate', '--key', 'absent.pem'], /absent\.pem/],
    [['init', 'elsewhere', '--evidence-algorithm', 'none'], /--evidence-algorithm: must be one of/],
  ] as const)('refuses %j in one sentence', async (args, why) => {
    const ended = await clyraHere(folder, args)
    expect(ended.stderr).toMatch(why)
    expect(ended.stderr).toMatch(/^clyra: .*\([A-Z_]+\)$/m)
    expect(ended.status).not.toBe(0)
  })

  it('trusts no key of another algorithm: checkpoints are signed by Ed25519 alone', async () => {
    const other = vkey('witness.example', signerOf('ecdsa-p256-sha256', new Uint8Array(32).fill(7)))
    const ended = await clyraHere(folder, ['trust', 'add', other])
    expect(ended.stderr).toMatch(/witness\.example is no ledger key: .*\(KEY_INVALID\)/)
  })
})
