import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { fromHex, hex } from '../../../src/canonical/index.js'
import { ALGORITHMS } from '../../../src/crypto/index.js'
import { ALGORITHMS as VERIFIERS } from '../../../verifier/ts/src/algorithms.js'
import { requireService } from '../../services/index.js'
import { wycheproof } from './installed.mjs'

const hexText = z.string().regex(/^([0-9a-f]{2})*$/)
const file = z.object({
  numberOfTests: z.number(),
  testGroups: z.array(
    z.object({
      publicKeyDer: hexText,
      keySize: z.number().optional(),
      sha: z.string(),
      mgf: z.string().optional(),
      mgfSha: z.string().optional(),
      sLen: z.number().optional(),
      publicKey: z.object({ uncompressed: hexText.optional(), publicExponent: hexText.optional() }),
      tests: z.array(z.object({ tcId: z.number(), msg: hexText, sig: hexText, result: z.enum(['valid', 'invalid']) })),
    }),
  ),
})
type Group = z.infer<typeof file>['testGroups'][number]
type Name = 'ecdsa-p256-sha256' | 'rsa-pss-3072-sha256'

interface Case {
  readonly name: string
  readonly algorithm: Name
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly valid: boolean
  readonly group: Group
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Of a signature that Wycheproof calls valid, which is DER: its s is the smaller one. */
const hasLowS = (signature: Uint8Array): boolean =>
  2n * BigInt(`0x${hex(signature.subarray(6 + signature[3]!))}`) < ORDER

/** What `spec/log/SPEC.md`, section 6, takes of what Wycheproof calls valid. */
function isOurs({ algorithm, group, name, signature, publicKey }: Case): boolean {
  if (algorithm === 'ecdsa-p256-sha256') return /^ecdsa_secp256r1_sha256 /.test(name) && hasLowS(signature)
  const { keySize = 0, sha, mgf, mgfSha, sLen } = group
  // Those with parameters have the identifier of PSS; OpenSSL writes the other one.
  const plainIdentifier = hex(publicKey).includes('300d06092a864886f70d0101010500')
  return (
    plainIdentifier && keySize >= 3072 && sha === 'SHA-256' && mgf === 'MGF1' && mgfSha === 'SHA-256' && sLen === 32
  )
}

function casesOf(name: string, algorithm: Name): Case[] {
  const { numberOfTests, testGroups } = file.parse(JSON.parse(readFileSync(join(wycheproof, name), 'utf8')))
  const cases = testGroups.flatMap((group) =>
    group.tests.map(({ tcId, msg, sig, result }) => ({
      name: `${name.replace('_test.json', '')} ${tcId}`,
      algorithm,
      publicKey: fromHex(group.publicKey.uncompressed ?? group.publicKeyDer),
      message: fromHex(msg),
      signature: fromHex(sig),
      valid: result === 'valid',
      group,
    })),
  )
  expect(cases.length).toBe(numberOfTests)
  return cases
}

/** What the verifier in Go says: whether the key is acceptable, and whether the signature is one. */
function askGo(cases: readonly Case[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-signed-'))
  try {
    const program = join(folder, 'signed')
    const cwd = fileURLToPath(new URL('../../../verifier/go', import.meta.url))
    execFileSync('go', ['build', '-o', program, './internal/signed'], { cwd, stdio: 'pipe' })
    const text = (bytes: Uint8Array) => (bytes.length === 0 ? '-' : hex(bytes))
    const line = (one: Case) => [one.algorithm, ...[one.publicKey, one.message, one.signature].map(text)].join(' ')
    const input = cases.map((one) => `${line(one)}\n`).join('')
    const { status, stdout, stderr } = spawnSync(program, [], { input, encoding: 'utf8', maxBuffer: 64 << 20 })
    if (status !== 0) throw new Error(`the Go program ended with ${status}: ${stderr}`)
    return stdout.trimEnd().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.runIf(requireService('signatures'))("on Wycheproof's edge cases of ECDSA and RSA-PSS", () => {
  let cases: Case[] = []
  beforeAll(() => {
    cases = readdirSync(wycheproof).flatMap((name) => {
      if (name.startsWith('ecdsa_')) return casesOf(name, 'ecdsa-p256-sha256')
      return name.startsWith('rsa_pss_') ? casesOf(name, 'rsa-pss-3072-sha256') : []
    })
  })
  afterAll(() => {
    cases = []
  })

  it('the product, both verifiers and Wycheproof give one answer', () => {
    const go = askGo(cases)
    const differing = cases.flatMap((one, index) => {
      const { algorithm, signature, message, publicKey, valid } = one
      const answers = {
        wycheproof: valid && isOurs(one),
        product: ALGORITHMS[algorithm].verify(signature, message, publicKey),
        verifier: VERIFIERS[algorithm].verify(signature, message, publicKey),
        go: go[index] === 'true true',
      }
      const keys = [ALGORITHMS[algorithm].acceptable(publicKey), VERIFIERS[algorithm].acceptable(publicKey)]
      const oneKey = keys.every((taken) => String(taken) === go[index]?.split(' ')[0])
      return new Set(Object.values(answers)).size === 1 && oneKey
        ? []
        : [{ name: one.name, ...answers, keys, go: go[index] }]
    })
    expect(differing).toEqual([])
    const taken = (algorithm: Name) =>
      cases.filter((one) => one.algorithm === algorithm && one.valid && isOurs(one)).length
    expect({ cases: cases.length, ecdsa: taken('ecdsa-p256-sha256'), rsa: taken('rsa-pss-3072-sha256') }).toEqual({
      cases: 5443,
      ecdsa: 103,
      rsa: 126,
    })
  }, 60_000)

  it('what is valid with the other s, or side by side, is taken once it is brought to the one form', () => {
    const known = /^ecdsa_secp256r1_sha256(_p1363)? /
    const { normalised, verify } = ALGORITHMS['ecdsa-p256-sha256']
    const differing = cases
      .filter(({ name }) => known.test(name))
      .filter(({ signature, message, publicKey, valid }) => valid && !verify(normalised(signature), message, publicKey))
    expect(differing.map(({ name }) => name)).toEqual([])
    const strictest = cases.filter(
      ({ name, valid, signature }) => /^ecdsa_secp256r1_sha256 /.test(name) && valid && !hasLowS(signature),
    )
    expect(strictest.length).toBeGreaterThan(50)
    for (const { signature, message, publicKey } of strictest) expect(verify(signature, message, publicKey)).toBe(false)
  })
})
