import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyBundle } from '@clyra/verify'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEF } from '../../profiles/def/index.js'
import { base64, concatBytes, fromBase64, hex, utf8 } from '../../src/canonical/index.js'
import {
  ALGORITHMS,
  openNote,
  parseVkey,
  readKeyFile,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type Signer,
  signerOf,
  signNote,
  vkey,
  writeKeyFile,
} from '../../src/crypto/index.js'
import { ledgerKey } from '../../src/events/families/ledger.js'
import {
  InMemorySource,
  LEDGER_SEED,
  ORIGIN,
  sourcesOf,
  TIME,
} from '../../src/evidence/in-memory-source.test.support.js'
import { buildBundle } from '../../src/evidence/index.js'
import { ALGORITHMS as VERIFIERS } from '../../verifier/ts/src/algorithms.js'
import { readCheckpoint, parseVkey as readVkey, signersOf } from '../../verifier/ts/src/note.js'
import { keyId } from '../../verifier/ts/src/public-key.js'
import { readData } from '../../verifier/ts/src/record-data.js'

/** What is said of each algorithm; the secret is made once, since one of RSA takes a moment. */
const rows = SIGNATURE_ALGORITHMS.map((name) => {
  const secret = ALGORITHMS[name].newSecret()
  return { name, secret, signer: signerOf(name, secret), title: ALGORITHMS[name].title }
})
const ledger = signerOf('ed25519', LEDGER_SEED)
const TEXT = `${ORIGIN}\n3\n${base64(new Uint8Array(32))}\n`

const keyRecord = (key: Signer, purpose: string, alg: SignatureAlgorithm = key.algorithm) => ({
  id: key.keyId,
  purpose,
  alg,
  type: ALGORITHMS[alg].type[0]!,
  public: hex(key.publicKey),
})
const introduced = (key: ReturnType<typeof keyRecord>, version = 2) => {
  const type = `dev.clyra.ledger.key.introduced.v${version}`
  return () => readData(type, { key, replaces: null }, {})
}

it('the product and the verifier have the same table', () => {
  const said = (table: typeof ALGORITHMS | typeof VERIFIERS) =>
    Object.entries(table).map(([name, { title, type, publicKeyBytes, checkpoints }]) => [
      name,
      { title, type: hex(type), publicKeyBytes, checkpoints },
    ])
  expect(said(VERIFIERS)).toEqual(said(ALGORITHMS))
})

describe.each(rows)('$title', ({ name, signer, secret, title }) => {
  const others = rows.filter((row) => row.name !== name)

  it('makes keys and signatures that the product and the verifier take, and no changed bit of them', async () => {
    const message = utf8('evidence')
    const signature = await signer.sign(message)
    const both = (s: Uint8Array, m: Uint8Array, key: Uint8Array) => [
      ALGORITHMS[name].verify(s, m, key),
      VERIFIERS[name].verify(s, m, key),
    ]
    expect([ALGORITHMS[name].acceptable(signer.publicKey), VERIFIERS[name].acceptable(signer.publicKey)]).toEqual([
      true,
      true,
    ])
    expect(both(signature, message, signer.publicKey)).toEqual([true, true])
    expect(both(signature, utf8('Evidence'), signer.publicKey)).toEqual([false, false])
    const bit = fc.nat(8 * signature.length - 1)
    fc.assert(
      fc.property(bit, (at) => {
        const changed = signature.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
        expect(both(changed, message, signer.publicKey)).toEqual([false, false])
      }),
      { numRuns: 60 },
    )
    const keyBit = fc.nat(8 * signer.publicKey.length - 1)
    fc.assert(
      fc.property(keyBit, (at) => {
        const changed = signer.publicKey.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
        const taken = ALGORITHMS[name].acceptable(changed)
        expect(VERIFIERS[name].acceptable(changed)).toBe(taken)
        expect(both(signature, message, changed)).toEqual([false, false])
      }),
      { numRuns: 60 },
    )
  })

  it('answers false, and throws nothing, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.uint8Array({ maxLength: 600 }), (signature, key) => {
        expect(ALGORITHMS[name].acceptable(key)).toBe(VERIFIERS[name].acceptable(key))
        for (const { verify } of [ALGORITHMS[name], VERIFIERS[name]]) {
          expect(verify(signature, utf8('x'), name === 'ed25519' ? signer.publicKey : key)).toBe(false)
          expect(verify(signature, utf8('x'), signer.publicKey)).toBe(false)
        }
        expect(ALGORITHMS[name].normalised(signature)).toBeInstanceOf(Uint8Array)
      }),
      { numRuns: 40 },
    )
  })

  it('is told by the key alone: a signature or a key of another algorithm is none', async () => {
    const message = utf8('evidence')
    for (const other of others) {
      const signature = await other.signer.sign(message)
      expect(ALGORITHMS[name].verify(signature, message, signer.publicKey)).toBe(false)
      expect(VERIFIERS[name].verify(signature, message, signer.publicKey)).toBe(false)
      expect(ALGORITHMS[name].acceptable(other.signer.publicKey)).toBe(false)
      expect(VERIFIERS[name].acceptable(other.signer.publicKey)).toBe(false)
    }
  })

  it('has vkeys; a verifier takes as pins only those of the algorithm of ledgers', () => {
    const text = vkey('witness.example', signer)
    const { keyHash, algorithm, publicKey } = parseVkey(text)
    expect([algorithm, hex(publicKey)]).toEqual([name, hex(signer.publicKey)])
    expect(fromBase64(text.split('+').slice(2).join('+'))).toEqual(concatBytes(ALGORITHMS[name].type, publicKey))
    expect(text).toContain(`+${keyHash}+`)
    if (ALGORITHMS[name].checkpoints) expect(keyId(readVkey(text))).toBe(signer.keyId)
    else expect(() => readVkey(text)).toThrow(/not an Ed25519 vkey/)
  })

  it('leaves a key that is not acceptable to nobody', () => {
    const zeros = { algorithm: name, publicKey: new Uint8Array(ALGORITHMS[name].publicKeyBytes[1]) }
    expect(() => vkey('witness.example', zeros)).toThrow(`not an acceptable ${title} key`)
  })

  it('signs notes beside the ledger, whose verifier takes the line for one of an unknown key', async () => {
    const note = await signNote(TEXT, [
      { name: ORIGIN, signer: ledger },
      { name: 'witness.example', signer },
    ])
    const keys = [vkey(ORIGIN, ledger), vkey('witness.example', signer)]
    expect(openNote(note, keys).verified.map(({ algorithm }) => algorithm)).toEqual(['ed25519', name])
    expect(signersOf(readCheckpoint(note), [readVkey(keys[0]!)]).map(({ alg }) => alg)).toEqual(['ed25519'])
    const changed = note.slice()
    changed[ORIGIN.length + 1]! ^= 1
    expect(() => openNote(changed, [keys[1]!])).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }))
  })

  it('is read in records of keys, with its own type and size', () => {
    const record = keyRecord(signer, 'evidence')
    expect(ledgerKey.parse(record)).toEqual(record)
    expect(introduced(record)).not.toThrow()
    const sound = ALGORITHMS[name].checkpoints
    const judged = [
      [keyRecord(signer, 'ledger'), sound],
      [{ ...record, type: 7 }, false],
      ...others.map((other) => [{ ...record, type: ALGORITHMS[other.name].type[0]! }, false] as const),
      ...others.map((other) => [{ ...record, alg: other.name }, false] as const),
    ] as const
    for (const [one, takes] of judged) {
      expect(ledgerKey.safeParse(one).success, JSON.stringify(one)).toBe(takes)
      if (takes) expect(introduced(one)).not.toThrow()
      else expect(introduced(one), JSON.stringify(one)).toThrow()
    }
    if (sound) expect(introduced(record, 1)).not.toThrow()
    else expect(introduced(record, 1)).toThrow(/ed25519/)
  })

  it('lies in key files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-algorithms-'))
    try {
      const path = join(folder, 'evidence.key')
      const written = writeKeyFile(path, secret, { algorithm: name, name: ORIGIN, purpose: 'evidence' })
      expect(readKeyFile(path)).toEqual(written)
      expect(written.keyId).toBe(signer.keyId)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('signs a bundle that the verifier takes; no bundle is made with a signature that does not verify', async () => {
    const source = await InMemorySource.create(false)
    source.introduce(signer)
    source.append('run-R', { type: 'dev.clyra.run.closed.v1', source: 'dbt', data: { run: 'R' } })
    const build = (signers: Signer[]) => buildBundle(DEF, sourcesOf(source, signers), 'R')
    const options = { trust: [vkey(ORIGIN, ledger)], now: new Date(TIME) }
    const result = await verifyBundle((await build([signer])).bytes, options)
    expect(result.checks.filter(({ result: how }) => how === 'fail')).toEqual([])
    expect([result.verdict, result.keys.map(({ id }) => id)]).toEqual(['VALID', [ledger.keyId, signer.keyId]])
    const lying: Signer = { ...signer, sign: async () => signer.sign(utf8('x')) }
    await expect(build([lying])).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })
})
