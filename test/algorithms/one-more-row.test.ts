import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyBundle } from '@clyra/verify'
import { describe, expect, it, vi } from 'vitest'
import { DEF } from '../../profiles/def/index.js'
import { base64, concatBytes, fromBase64, hex, utf8 } from '../../src/canonical/index.js'
import {
  ALGORITHMS,
  openNote,
  parseVkey,
  readKeyFile,
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
import { formatVkey, readCheckpoint, parseVkey as readVkey, signersOf } from '../../verifier/ts/src/note.js'
import { keyId } from '../../verifier/ts/src/public-key.js'
import { readData } from '../../verifier/ts/src/record-data.js'
import { NAME } from './ecdsa-p256.js'

// One file of the product and one of the verifier are changed, and by one row: the table.
vi.mock(import('../../src/crypto/algorithms.js'), async (load) => {
  const { ALGORITHMS: today } = await load()
  const { forProduct, NAME: name } = await import('./ecdsa-p256.js')
  return { ALGORITHMS: { ...today, [name]: forProduct } }
})
vi.mock(import('../../verifier/ts/src/algorithms.js'), async (load) => {
  const { ALGORITHMS: today } = await load()
  const { forVerifier, NAME: name } = await import('./ecdsa-p256.js')
  return { ALGORITHMS: { ...today, [name]: forVerifier } }
})

// The type knows the rows of today; the table that stands here has this one more.
const ECDSA = NAME as SignatureAlgorithm
const signer = signerOf(ECDSA, new Uint8Array(32).fill(7))
const ledger = signerOf('ed25519', LEDGER_SEED)
const TEXT = `${ORIGIN}\n3\n${base64(new Uint8Array(32))}\n`

const keyRecord = (key: Signer, purpose: string) => {
  const { algorithm: alg, publicKey } = key
  return { id: key.keyId, purpose, alg, type: ALGORITHMS[alg].type[0]!, public: hex(publicKey) }
}
const introduced = (key: ReturnType<typeof keyRecord>) => () =>
  readData('dev.clyra.ledger.key.introduced.v2', { key, replaces: null }, {})

describe('one more row in the table of algorithms', () => {
  it('makes vkeys that the product and the verifier read alike', () => {
    const text = vkey('witness.example', signer)
    const { keyHash, algorithm, publicKey } = parseVkey(text)
    expect([algorithm, hex(publicKey)]).toEqual([ECDSA, hex(signer.publicKey)])
    expect(fromBase64(text.split('+').slice(2).join('+'))).toEqual(concatBytes(Uint8Array.of(2), publicKey))
    const read = readVkey(text)
    expect([formatVkey(read), keyId(read)]).toEqual([text, signer.keyId])
    expect(text).toContain(`+${keyHash}+`)
  })

  it('leaves keys of another type or off the curve to nobody', () => {
    const other = `witness.example+00000000+${base64(Uint8Array.of(3, 1))}`
    const offCurve = { algorithm: ECDSA, publicKey: concatBytes(Uint8Array.of(4), new Uint8Array(64).fill(1)) }
    expect(() => parseVkey(other)).toThrow(/not an Ed25519 key \(type 0x01\) or an ECDSA P-256 key \(type 0x02\)/)
    expect(() => readVkey(other)).toThrow(/not an Ed25519 or ECDSA P-256 vkey/)
    expect(() => vkey('witness.example', offCurve)).toThrow(/not an acceptable ECDSA P-256 key/)
  })

  it('signs notes beside the ledger; a changed text or line is refused by both', async () => {
    const note = await signNote(TEXT, [
      { name: ORIGIN, signer: ledger },
      { name: 'witness.example', signer },
    ])
    const keys = [vkey(ORIGIN, ledger), vkey('witness.example', signer)]
    expect(openNote(note, keys).verified.map(({ algorithm }) => algorithm)).toEqual(['ed25519', ECDSA])
    const signersFound = signersOf(readCheckpoint(note), keys.map(readVkey))
    expect(signersFound.map(({ alg }) => alg)).toEqual(['ed25519', ECDSA])
    const changed = note.slice()
    changed[ORIGIN.length + 1]! ^= 1
    for (const key of keys) {
      expect(() => openNote(changed, [key])).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }))
      expect(() => signersOf(readCheckpoint(changed), [readVkey(key)])).toThrow(/does not verify/)
    }
  })

  it('is read in records of keys, with its own type and size, for anything but a ledger', () => {
    const record = keyRecord(signer, 'evidence')
    expect(ledgerKey.parse(record)).toEqual(record)
    expect(introduced(record)).not.toThrow()
    const wrong = [
      { ...record, type: 1 },
      { ...record, alg: 'ed25519' as const },
      { ...record, public: hex(ledger.publicKey) },
      { ...keyRecord(ledger, 'evidence'), alg: ECDSA },
      keyRecord(signer, 'ledger'),
    ]
    for (const one of wrong) {
      expect(ledgerKey.safeParse(one).success, JSON.stringify(one)).toBe(false)
      expect(introduced(one), JSON.stringify(one)).toThrow()
    }
  })

  it('lies in key files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-algorithms-'))
    try {
      const path = join(folder, 'evidence.key')
      const seed = ALGORITHMS[ECDSA].newSecret()
      const written = writeKeyFile(path, seed, { algorithm: ECDSA, name: ORIGIN, purpose: 'evidence' })
      expect(readKeyFile(path)).toEqual(written)
      expect(signerOf(ECDSA, seed).keyId).toBe(written.keyId)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('signs a bundle that the verifier takes, and refuses once the signature or its key is another', async () => {
    const source = await InMemorySource.create(false)
    source.introduce(signer)
    source.append('run-R', { type: 'dev.clyra.run.closed.v1', source: 'dbt', data: { run: 'R' } })
    const build = (signers: Signer[]) => buildBundle(DEF, sourcesOf(source, signers), 'R')
    const options = { trust: [vkey(ORIGIN, ledger)], now: new Date(TIME) }
    const result = await verifyBundle((await build([signer])).bytes, options)
    expect(result.checks.filter(({ result: how }) => how === 'fail')).toEqual([])
    expect([result.verdict, result.keys.map(({ id }) => id)]).toEqual(['VALID', [ledger.keyId, signer.keyId]])
    const lying: Signer = { ...signer, sign: async () => signerOf(ECDSA, new Uint8Array(32).fill(8)).sign(utf8('x')) }
    expect(await verifyBundle((await build([lying])).bytes, options)).toMatchObject({
      verdict: 'INVALID',
      code: 'DSSE_SIGNATURE_INVALID',
    })
  })
})
