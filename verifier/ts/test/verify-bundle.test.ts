import { describe, expect, it } from 'vitest'
import { verifyBundle } from '../src/index.js'
import { bundle } from './bundle-maker.js'
import { RUN, sampleLedger } from './sample-ledger.js'

describe('verifyBundle', () => {
  it('finds an honest bundle VALID where the ledger key is pinned', async () => {
    const ledger = sampleLedger()
    const result = await verifyBundle(bundle(ledger, RUN), { trust: [ledger.vkey] })
    expect(result).toMatchObject({ verdict: 'VALID', code: 'OK', profile: 'def' })
  })
})
