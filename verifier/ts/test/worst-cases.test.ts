import { describe, expect, it } from 'vitest'
import { verifyBundle, verifyTiles } from '../src/index.js'
import { sampleLedger } from './sample-ledger.js'
import { worstCases } from './worst-cases.js'

/** Far above what the work takes (under a second on an idle machine), far below what trying all pairs of a list takes. */
const SECONDS = 8
const trust = [sampleLedger().vkey]

describe('the time of a verification', () => {
  it.each(worstCases(60_000).map((worst) => [worst.list, worst.evidence] as const))(
    'grows with the bytes and not faster: %s',
    async (list, evidence) => {
      const start = performance.now()
      const { verdict } =
        evidence instanceof Uint8Array
          ? await verifyBundle(evidence, { trust })
          : await verifyTiles((path) => evidence.get(path), { trust, list: () => evidence.keys() })
      const seconds = (performance.now() - start) / 1000
      expect(['VALID', 'INVALID'], list).toContain(verdict)
      expect(seconds, list).toBeLessThan(SECONDS)
    },
    60_000,
  )
})
