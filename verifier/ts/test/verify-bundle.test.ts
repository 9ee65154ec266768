import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArchive, writeArchive } from '../src/archive.js'
import { hex, utf8 } from '../src/bytes.js'
import { VerifyUsageError, verifyBundle, verifyTiles } from '../src/index.js'
import { bundle, bundleFiles } from './bundle-maker.js'
import { DRAFTS, other, RUN, SALT, SEALED_VALUE, sampleLedger } from './sample-ledger.js'

const ledger = sampleLedger()
const trust = [ledger.vkey]
const openings = [{ position: '6', pointer: '/data/text', salt: hex(SALT), value: SEALED_VALUE }]

describe('verifyBundle', () => {
  it('finds an honest bundle VALID where the ledger key is pinned', async () => {
    const result = await verifyBundle(bundle(ledger, RUN), { trust })
    expect(result).toMatchObject({ verdict: 'VALID', code: 'OK', profile: 'def', records: 7, streams: 'claimed' })
    expect(result.run).toMatchObject({ id: RUN, completeness: 'complete', reasons: [] })
  })

  it('says nothing about the contents of what is INVALID, and lists what it did not reach', async () => {
    const result = await verifyBundle(bundle(ledger, RUN, { proof: (proof) => ({ ...proof, hashes: [] }) }), { trust })
    expect(result).toMatchObject({ verdict: 'INVALID', ledger: null, run: null, root: null, records: 0, keys: [] })
    expect(result.checks.filter((check) => check.result === 'not-run').map(({ name }) => name)).toEqual([
      'chain',
      'heads',
      'keys',
      'dsse',
      'claims',
      'projections',
      'report',
    ])
  })

  it('compares each held checkpoint, though one before it shows another history', async () => {
    const fork = sampleLedger([...DRAFTS().slice(0, -1), other('run-other', 9)])
    const checkpoints = [fork.checkpoint(), ledger.checkpoint(3)]
    const result = await verifyBundle(bundle(ledger, RUN), { trust, checkpoints })
    expect(result).toMatchObject({ verdict: 'DIVERGED', code: 'ROOT_DIVERGED' })
    expect(result.warnings.map(({ code }) => code)).toContain('CHECKPOINT_NOT_COMPARED')
  })

  it('refuses the archive after any one changed byte', async () => {
    const archive = bundle(ledger, RUN, { openings })
    for (let at = 0; at < archive.length; at++) {
      const changed = Uint8Array.from(archive)
      changed[at]! ^= 1 << (at & 7)
      expect((await verifyBundle(changed, { trust })).verdict, `byte ${at}`).toBe('INVALID')
    }
  }, 120_000)

  it('refuses any file after any one changed byte, however the archive is packed again', async () => {
    const files = bundleFiles(ledger, RUN, { openings })
    for (const [name, bytes] of files) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1 << (at & 7)
        const result = await verifyBundle(writeArchive(new Map(files).set(name, changed)), { trust })
        expect(result.verdict, `${name}, byte ${at}`).toBe('INVALID')
      }
    }
  }, 120_000)

  it('is never thrown off by hostile bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await verifyBundle(bytes)).verdict).toBe('INVALID')
      }),
    )
    const files = bundleFiles(ledger, RUN)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files.keys()), fc.uint8Array({ maxLength: 100 }), async (name, bytes) => {
        expect((await verifyBundle(writeArchive(new Map(files).set(name, bytes)), { trust })).verdict).toBe('INVALID')
      }),
    )
  })

  it('spends no more time on hostile records than on honest ones', async () => {
    const lines = utf8('x\n'.repeat(3_000_000))
    const archive = bundle(ledger, RUN, { listed: (files) => new Map(files).set('records.jsonl', lines) })
    const began = process.cpuUsage()
    expect(await verifyBundle(archive, { trust })).toMatchObject({ verdict: 'INVALID', code: 'JSON_SYNTAX' })
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(5_000)
  })

  it('rejects options that it cannot understand instead of skipping them', async () => {
    const archive = bundle(ledger, RUN)
    for (const options of [
      { trust: ['not a vkey'] },
      { trust: [ledger.vkey.replace(/\+\w{8}\+/, '+00000000+')] },
      { trust: [{ vkey: ledger.vkey, genesis: 'AB' }] },
      { genesis: 'zz' },
      { minSize: 1.5 },
      { minSize: -1 },
      { maxAge: Number.NaN },
      { now: new Date('never') },
      { checkpoints: [utf8('no note')] },
    ]) {
      await expect(verifyBundle(archive, options), JSON.stringify(options)).rejects.toBeInstanceOf(VerifyUsageError)
    }
  })

  it('lets errors of the caller through', async () => {
    const artifacts = () => Promise.reject(new Error('disk on fire'))
    await expect(verifyBundle(bundle(ledger, RUN), { trust, artifacts })).rejects.toThrow('disk on fire')
    await expect(verifyTiles(() => Promise.reject(new Error('disk on fire')))).rejects.toThrow('disk on fire')
  })
})

describe('readArchive', () => {
  it('and writeArchive are each other inverted', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,2}$/)
    fc.assert(
      fc.property(fc.dictionary(name, fc.uint8Array({ maxLength: 40 }), { noNullPrototype: true }), (entries) => {
        const files = new Map(Object.entries(entries))
        expect(new Map([...readArchive(writeArchive(files))])).toEqual(files)
      }),
    )
  })
})

describe('verifyTiles', () => {
  it('finds a log of several tiles VALID, and refuses it after one changed byte of any file', async () => {
    const long = sampleLedger()
    for (let n = 0; n < 300; n++) long.append({ stream: `run-${n % 7}`, type: 'org.example.thing.v1', data: { n } })
    long.appendHeads()
    const files = long.tiles()
    const options = { trust: [long.vkey] }
    expect(await verifyTiles((path) => files.get(path), options)).toMatchObject({
      verdict: 'VALID',
      profile: 'log',
      records: 311,
    })
    for (const [name, bytes] of files) {
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 12)) {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1
        const read = (path: string) => (path === name ? changed : files.get(path))
        expect((await verifyTiles(read, options)).verdict, `${name}, byte ${at}`).toBe('INVALID')
      }
    }
  })

  it('takes the first part of a full tile where the partial one has been replaced', async () => {
    const long = sampleLedger()
    for (let n = 0; n < 300; n++) long.append({ stream: 'run-x', type: 'org.example.thing.v1', data: { n } })
    const older = long.checkpoint(100)
    const files = long.tiles()
    const read = (path: string) => (path === 'checkpoint' ? older : files.get(path))
    expect(await verifyTiles(read, { trust: [long.vkey] })).toMatchObject({ verdict: 'VALID', size: '100' })
  })
})
