import { describe, expect, it } from 'vitest'
import { type KeyHistory, renderResult, VerifyUsageError, verifyBundle } from '../src/index.js'
import { bundle, evidenceKey } from './bundle-maker.js'
import { TestLedger, testKey } from './ledger-maker.js'
import { DRAFTS, RUN, sampleLedger } from './sample-ledger.js'

const ledger = sampleLedger()
const trust = [ledger.vkey]
const evidence = bundle(ledger, RUN)

/** What somebody reads who has the ledger itself. */
function historyOf({ records }: TestLedger): KeyHistory {
  const wanted = records.flatMap(({ bytes, stream }, position) =>
    position === 0 || stream === 'ledger-keys' ? [{ position, bytes }] : [],
  )
  return { size: records.length, records: wanted }
}

function revoked(reason: string): TestLedger {
  const later = sampleLedger()
  later.revoke(evidenceKey, reason)
  return later
}

describe('the ledger itself, asked for its keys', () => {
  it('makes a bundle INVALID whose key it knows as compromised, sealed or not', async () => {
    const result = await verifyBundle(evidence, { trust, keys: [historyOf(revoked('compromised'))] })
    expect(result).toMatchObject({ verdict: 'INVALID', code: 'KEY_COMPROMISED', keysAsOf: null })
  })

  it('leaves a bundle VALID whose key it has superseded since, and the result says how far it was asked', async () => {
    const later = revoked('superseded')
    const result = await verifyBundle(evidence, { trust, keys: [historyOf(later)], checkpoints: [later.checkpoint()] })
    expect(result).toMatchObject({ verdict: 'VALID', keysAsOf: '11' })
    expect(result.checks).toContainEqual({
      name: 'later-keys',
      result: 'pass',
      code: null,
      detail: 'known up to size 11',
    })
    expect(await verifyBundle(evidence, { trust })).toMatchObject({ verdict: 'VALID', keysAsOf: '10' })
  })

  it('says nothing of a bundle of another ledger, which other pins may vouch for', async () => {
    const stranger = sampleLedger(DRAFTS(), { seed: 'another ledger' })
    const result = await verifyBundle(evidence, { trust, keys: [historyOf(stranger)] })
    expect(result).toMatchObject({ verdict: 'VALID', code: 'OK' })
    expect(result.checks.find(({ name }) => name === 'later-keys')).toMatchObject({ result: 'not-run' })
  })

  it('is a finding where it ends before the bundle: a ledger that was set back', async () => {
    const early = new TestLedger()
    early.introduce(evidenceKey)
    const result = await verifyBundle(evidence, { trust, keys: [historyOf(early)] })
    expect(result).toMatchObject({ verdict: 'STALE', code: 'KEYS_MAY_HAVE_CHANGED' })
  })

  it('is a second history where it has other key records below the size of the bundle', async () => {
    const fork = new TestLedger()
    fork.introduce(testKey('evidence 2'))
    while (fork.records.length < 12) fork.appendHeads()
    const result = await verifyBundle(evidence, { trust, keys: [historyOf(fork)] })
    expect(result).toMatchObject({ verdict: 'DIVERGED', code: 'ROOT_DIVERGED' })
  })

  it('counts as a trusted signer only a pinned key that it has not called compromised', async () => {
    const result = await verifyBundle(evidence, { trust })
    expect(result.keys[0]).toMatchObject({ role: 'checkpoint', trusted: true })
    const later = sampleLedger()
    later.revoke(later.ledgerKey, 'compromised')
    const judged = await verifyBundle(evidence, { trust, keys: [historyOf(later)] })
    expect(judged).toMatchObject({ verdict: 'UNTRUSTED', code: 'PINNED_KEY_REVOKED', keys: [{ trusted: false }, {}] })
  })

  it('is wrong usage where it is not the key records of a ledger', async () => {
    const ledger = sampleLedger()
    ledger.introduce(testKey('evidence 2'))
    const whole = historyOf(ledger)
    const at = ledger.records.findLastIndex(({ stream }) => stream.startsWith('run-'))
    const ofRun = { position: at, bytes: ledger.records[at]!.bytes }
    for (const keys of [
      { ...whole, size: 0 },
      { ...whole, size: Number.NaN },
      { ...whole, records: [] },
      { ...whole, records: whole.records.slice(1) },
      { ...whole, records: [{ position: 0, bytes: new Uint8Array(3) }] },
      { ...whole, records: [...whole.records, ...whole.records.slice(-1)] },
      { ...whole, size: whole.records.at(-1)!.position },
      { ...whole, records: whole.records.map((record, i) => ({ ...record, position: i === 0 ? 0 : 7 })) },
      { ...whole, records: [...whole.records.slice(0, -1), ofRun, ...whole.records.slice(-1)] },
    ]) {
      await expect(verifyBundle(evidence, { trust, keys: [keys] })).rejects.toThrow(VerifyUsageError)
    }
  })
})

describe('what a verifier does not check', () => {
  it('is said in words: report.html is signed, and not compared with the records', async () => {
    const result = await verifyBundle(evidence, { trust })
    expect(result.checks.find(({ name }) => name === 'report')).toMatchObject({ result: 'not-run', code: null })
    expect(renderResult(result)).toMatch(
      /-- +report +report\.html: signed, not compared with the records; clyra replay/,
    )
    const without = bundle(ledger, RUN, {
      listed: (files) => new Map([...files].filter(([name]) => name !== 'report.html')),
    })
    expect(renderResult(await verifyBundle(without, { trust }))).toMatch(/-- +report +the bundle has no report\.html/)
  })
})
